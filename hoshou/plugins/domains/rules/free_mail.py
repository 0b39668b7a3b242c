"""Mail services that anyone may join: their domains say nothing about an organisation (D-14)."""

FREE_MAIL_DOMAINS = frozenset(
    [
        "aol.com",
        "aol.jp",
        "excite.co.jp",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "goo.jp",
        "googlemail.com",
        "hotmail.co.jp",
        "hotmail.com",
        "icloud.com",
        "infoseek.jp",
        "live.com",
        "live.jp",
        "mac.com",
        "mail.com",
        "mail.goo.ne.jp",
        "me.com",
        "msn.com",
        "nifty.com",
        "outlook.com",
        "outlook.jp",
        "proton.me",
        "protonmail.com",
        "rocketmail.com",
        "tutanota.com",
        "yahoo.co.jp",
        "yahoo.com",
        "yahoo.ne.jp",
        "ybb.ne.jp",
        "yandex.com",
        "ymail.com",
        "ymail.ne.jp",
        "zoho.com",
        "au.com",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "i.softbank.jp",
        "rakuten.jp",
        "softbank.ne.jp",
        "uqmobile.jp",
        "willcom.com",
        "y-mobile.ne.jp",
    ]
)


def is_free_mail(domain: str) -> bool:
    """Whether the ASCII domain, or one that it lies under, is a free mail service's."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in FREE_MAIL_DOMAINS for start in range(len(labels)))
