"""What every page's source and text must hold, whatever the routes behind it."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.look_app import HOSHOU, HOSTILE, MESSAGES, make_app

TEMPLATES = sorted(HOSHOU.rglob("templates/**/*.html"))
ASSETS = sorted(path for path in HOSHOU.rglob("static/**/*") if path.suffix in (".css", ".js"))
JAPANESE = re.compile("[\u3041-\u30fa\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return make_app().test_client()


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def relative(path: Path) -> str:
    return str(path.relative_to(HOSHOU))


@pytest.mark.req("A22", "A24")
@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template_stays_within_the_content_policy(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|<style|\|\s*safe|autoescape false", source)
    assert not re.search(r"https?://", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script
        assert 'nonce="{{ csp_nonce() }}"' in script


@pytest.mark.req("P-019")
@pytest.mark.parametrize("path", ASSETS, ids=relative)
def test_asset_asks_no_foreign_host(path: Path) -> None:
    assert not re.search(r"https?://|@import|//cdn", path.read_text())


@pytest.mark.req("P-010")
@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_all_japanese_goes_through_gettext(path: Path) -> None:
    outside = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(), flags=re.DOTALL)
    left = [line for line in outside.splitlines() if JAPANESE.search(line) and 'lang="ja"' not in line]
    assert left == []
    inside = "".join(re.findall(r"\{%.*?%\}|\{\{.*?\}\}", path.read_text(), flags=re.DOTALL))
    assert not JAPANESE.search(re.sub(r"\b_\(\s*'[^']*'", "", inside))


@pytest.mark.req("A-040", "A-041", "A-042", "A-031", "A-059")
def test_login_has_the_manual_s_words(client: FlaskClient) -> None:
    page = text(client, "/orderer")
    assert "<h1>発注者さま用ログイン</h1>" in page
    for label in ("メールアドレス", "閲覧用URL", "閲覧用パスワード"):
        assert re.search(rf"<label[^>]*>{label}</label>", page)
    assert re.search(r"<button[^>]*>認証メール送信</button>", page)
    assert "受注者さまへ再度通知を依頼してください。" in page
    assert "「ポップアップがブロックされました」と表示された部分をクリックします。" in page
    assert "「完了」ボタンを押下のうえ" in page


@pytest.mark.req("A-041")
def test_each_field_has_its_own_error_and_the_top_sums_them_up(client: FlaskClient) -> None:
    page = text(client, "/orderer?wrong")
    for name, sentence in (("email", "メール？"), ("url", "URL？"), ("password", "パスワード？")):
        assert f'<a href="#{name}">{sentence}</a>' in page
        assert re.search(rf'id="{name}-error">.*{sentence}</p>', page)
        assert re.search(
            rf'id="{name}" [^>]*aria-invalid="true" aria-describedby="{name}-hint {name}-error"',
            page,
        )


@pytest.mark.req("A-051", "A-056")
def test_one_time_password_screen_has_the_manual_s_words(client: FlaskClient) -> None:
    page = text(client, "/orderer/a/otp")
    assert "<h1>ワンタイムパスワード認証</h1>" in page
    assert re.search(r"<label[^>]*>ワンタイムパスワード</label>", page)
    assert re.search(r"<button[^>]*>表示</button>", page)
    assert re.search(r'<a [^>]*href="/orderer">戻る</a>', page)
    assert "迷惑メールに分類されていないか" in page


@pytest.mark.req("A-047", "D-06")
@pytest.mark.parametrize(("state", "words"), [("used", "使用済み"), ("expired", "有効期限が切れました")])
def test_dead_one_time_password_leads_back_to_login(client: FlaskClient, state: str, words: str) -> None:
    page = text(client, f"/orderer/a/otp?state={state}")
    assert words in page
    assert 'href="/orderer"' in page
    assert 'name="otp"' not in page


@pytest.mark.req("A-053", "A-054", "A-055")
def test_preview_offers_files_download_and_back(client: FlaskClient) -> None:
    page = text(client, "/orderer/t/files/2")
    assert "<h1>発注者さま用プレビュー</h1>" in page
    assert re.search(r'<a [^>]*href="/orderer/t/files/2/download">ダウンロード</a>', page)
    assert re.search(r'method="post" action="/orderer/t/back">.*?<button[^>]*>戻る</button>', page, re.DOTALL)
    assert "ファイルによっては、表示されるまでに時間がかかる場合があります" in page
    assert "ab" * 32 in page
    assert "20分間操作がないと" in page


@pytest.mark.req("A-033", "A-035")
def test_password_page_asks_for_the_password_alone(client: FlaskClient) -> None:
    page = text(client, "/v/t")
    assert re.findall(r'<input class="field__input[^>]* name="([a-z]+)"', page) == ["password"]
    assert "メールアドレス" not in page.partition("<footer")[0]


@pytest.mark.req("A-034", "A-036", "A-019")
def test_viewer_lists_all_files_newest_first_and_offers_no_download(client: FlaskClient) -> None:
    page = text(client, "/v/t/files/2")
    options = re.findall(r"<option[^>]*>([^<]*)</option>", page)
    assert [("変更.pdf" in option, "差替済" in option) for option in options] == [
        (True, False),
        (False, True),
    ]
    assert "ダウンロード" not in page
    assert "download" not in page


@pytest.mark.req("A-034")
def test_pages_work_without_javascript(client: FlaskClient) -> None:
    page = text(client, "/v/t/files/2")
    for number in (1, 2, 3):
        assert f'href="#page-{number}"' in page
        assert f'src="/v/t/files/2/pages/{number}.jpg"' in page
    assert "本文1" in page
    assert "このページには読み上げられる文字がありません。" in page


@pytest.mark.req("A-063", "A-065", "A-066", "A-067", "A-084")
def test_every_page_names_contacts_browsers_and_needs(client: FlaskClient) -> None:
    page = text(client, "/")
    assert "契約の取扱代理店または損害保険会社営業店担当者" in page
    assert "syouken-kakunin@sonpo.or.jp" in page
    assert "対象ブラウザ：Microsoft Edge、Google Chrome、Firefox" in page
    assert "Windows 11 の Microsoft Edge または Google Chrome" in page
    assert "1024×768ピクセル以上" in page
    assert "100%）" in page
    noscript = re.search(r"<noscript>.*?</noscript>", page, re.DOTALL)
    assert noscript
    assert "JavaScriptとCookieを有効にしてください。" in noscript.group()


@pytest.mark.req("A-061")
def test_home_says_whether_it_is_open(client: FlaskClient) -> None:
    assert "ただいまご利用いただけます" in text(client, "/")
    closed = text(client, "/?closed")
    assert "ただいまサービス時間外です" in closed
    assert "11月24日（火）6時" in closed


@pytest.mark.req("A-039")
def test_gone_page_explains_both_patterns(client: FlaskClient) -> None:
    page = text(client, "/message/viewer/gone")
    assert "保険終期+3年が経過した" in page
    assert "誤登録したファイル" in page
    assert "締結したときにダウンロードした証券等を確認" in page


@pytest.mark.req("P-024", "A-038")
@pytest.mark.parametrize("name", [*(f"site/{name}" for name in MESSAGES), "viewer/unreadable", "viewer/gone"])
def test_message_page_has_its_reference_number_and_a_way_on(client: FlaskClient, name: str) -> None:
    page = text(client, f"/message/{name}")
    assert "E-7K2M" in page
    assert 'href="/">トップページへ' in page


@pytest.mark.req("A22")
def test_values_from_outside_are_escaped(client: FlaskClient) -> None:
    for path, name in (("/v/t/files/2", "policy"), ("/orderer/t/files/2", "policy"), ("/orderer", "email")):
        page = client.get(path, query_string={name: HOSTILE}).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;" in page


@pytest.mark.req("A23")
@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_every_post_form_carries_the_token(path: Path) -> None:
    for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL):
        assert "ui.csrf()" in form or 'name="csrf_token"' in form
