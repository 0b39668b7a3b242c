"""What `hoshou demo` prints: addresses, accounts, and a walk of five minutes, in Japanese and English."""

from dataclasses import dataclass
from datetime import date

from hoshou.plugins.demo.rules.accounts import ACCOUNTS, AGENCY_ACCOUNTS, INSURER_ACCOUNTS, PASSWORD
from hoshou.plugins.demo.rules.certificate import CertificateData

RULE = "─" * 78


@dataclass(frozen=True)
class ShowcaseFolder:
    """A seeded folder that the walk visits: its viewing URL and the mail that holds its password."""

    policy_number: str
    viewing_url: str
    password_mail: str


@dataclass(frozen=True)
class WalkFacts:
    """What the walk names. ``site`` is the address without a slash at its end; ``orderer_domain`` is registered."""

    site: str
    sample_path: str
    result_path: str
    sample: CertificateData
    sample_email: str
    folder: ShowcaseFolder
    orderer_domain: str
    today: date


def printed_walk(facts: WalkFacts) -> str:
    """Everything, for the terminal."""
    return "\n".join(
        (RULE, _addresses(facts), RULE, _accounts(), RULE, _japanese(facts), RULE, _english(facts), RULE, _stop())
    )


def _addresses(facts: WalkFacts) -> str:
    return f"""\
保証証券等確認システム デモ / demo   {facts.today}

  公開サイト  Public site      {facts.site}/
  発注者さま  Orderers' login  {facts.site}/orderer
  スタッフ    Staff login      {facts.site}/login/
  メール      Mail box         {facts.site}/demo/mailbox

会社・団体・工事はすべて架空です。メールは外へ送られません。サービス時間の制限は解除しています。
Every company, body and project is fictional. No mail leaves this machine. Service hours are lifted."""


def _accounts() -> str:
    shown = [
        account
        for account in ACCOUNTS
        if account not in AGENCY_ACCOUNTS[1:] and account not in INSURER_ACCOUNTS[1:]
    ]
    lines = [f"アカウント / accounts   パスワード / password: {PASSWORD}", ""]
    for account in shown:
        home = account.agency.name if account.agency else account.insurer.name if account.insurer else ""
        lines.append(f"  {account.username:<12} {account.role:<14} {account.email:<30} {home}".rstrip())
    lines.append(
        f"  agency2–agency{len(AGENCY_ACCOUNTS)}, insurer2–insurer{len(INSURER_ACCOUNTS)}"
        "   ほかの代理店・保険会社 / the other agencies and insurers"
    )
    return "\n".join(lines)


def _japanese(facts: WalkFacts) -> str:
    sample, folder = facts.sample, facts.folder
    return f"""\
5分でひとめぐり

1. 証券を見る（受注者・発注者）
   {folder.viewing_url}
   を開き、閲覧用パスワードを入力します。パスワードは次のメールにあります（証券番号 {folder.policy_number}）。
   {folder.password_mail}
   証券、別紙、契約内容変更のお知らせの3件が新しい順に並びます。
2. 証券をアップロードする（代理店）
   {facts.site}/login/ に agency1 / {PASSWORD} でログインし、メニューの「アップロード」を開きます。
     ファイル            {facts.sample_path}
     保険会社            {sample.insurer}
     証券番号            {sample.policy_number}
     契約種類            {sample.contract_type}
     契約日              {sample.contracted_on}
     保険始期・終期      {sample.insured_from} ・ {sample.insured_to}
     工事名              {sample.project_name}
     受注者名            {sample.contractor}
     受注者メール        {facts.sample_email}（2回）
3. メールを読む
   {facts.site}/demo/mailbox を開きます。10秒ほどで、受注者あての閲覧用URLと、代理店あての
   閲覧用パスワードが、別々のメールで届きます。その2つで、いま登録した証券を表示できます。
4. 発注者としてダウンロードする
   {facts.site}/orderer に、メールアドレス keiyaku@{facts.orderer_domain}、閲覧用URL、閲覧用パスワードを入力します。
   ワンタイムパスワードが keiyaku@{facts.orderer_domain} あてに届きます（3.と同じ画面）。入力するとプレビューが開き、
   原本のPDFをダウンロードできます。登録のないドメインではログインできません。
5. ほかの立場で見る
   insurer1 は自社の証券だけ、agency2 は自店の証券だけが見えます。auditor は全件を見るだけです。
6. ガードくんの口座振替（団体制度）
   group2 でログインし、「口座振替データ」で承認待ちのデータを承認してファイルをダウンロードします。結果ファイル
     {facts.result_path}
   を取り込むと、「振替不能の管理」「試算表」に反映されます。続きは docs/demo.md にあります。"""


def _english(facts: WalkFacts) -> str:
    sample, folder = facts.sample, facts.folder
    return f"""\
A walk of five minutes

1. View a certificate (contractor, orderer)
   Open {folder.viewing_url}
   and enter the viewing password, which is in this mail (policy {folder.policy_number}):
   {folder.password_mail}
   Certificate, annex and change notice are listed, newest first.
2. Upload a certificate (agency)
   Log in at {facts.site}/login/ as agency1 / {PASSWORD} and choose アップロード (Upload) in the menu.
   File {facts.sample_path}, insurer {sample.insurer},
   policy number {sample.policy_number}, contract type {sample.contract_type}, contract date {sample.contracted_on},
   insured from {sample.insured_from} to {sample.insured_to}, project {sample.project_name},
   contractor {sample.contractor}, contractor's mail address {facts.sample_email} (twice).
3. Read the mails
   {facts.site}/demo/mailbox: within some ten seconds the contractor has the viewing URL and the agency,
   by a mail of its own, the viewing password. With both, look at what you have just uploaded.
4. Download as an orderer
   At {facts.site}/orderer enter keiyaku@{facts.orderer_domain}, the viewing URL and the viewing password.
   The one-time password arrives at keiyaku@{facts.orderer_domain} (same page as in 3). It opens the preview,
   from which the original PDF is downloaded. A domain that isn't registered gets no further.
5. See it as somebody else
   insurer1 sees its own policies only, agency2 those of that agency, auditor sees all and changes nothing.
6. Debits of the group scheme
   Log in as group2, release the run that waits under 口座振替データ (Debit runs), download its file and import
     {facts.result_path}
   as its result: failure board and trial balance follow. docs/demo.md goes on from there."""


def _stop() -> str:
    return "停止するには Ctrl-C を押してください。 / Press Ctrl-C to stop."
