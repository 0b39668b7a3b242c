"""What the scheme's documents print, as facts without the database: whole yen, calendar days in Japan."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PrintedScheme:
    """The scheme year's parties; ``insurers`` are the co-insurers besides the lead (B-001, B-008, B-009)."""

    name: str
    policyholder: str
    product: str
    contract_form: str
    rules_version: str
    lead_insurer: str
    insurers: tuple[str, ...]
    lead_agency: str
    lead_share_percent: int
    debit_day: int
    duties: tuple[str, ...]


@dataclass(frozen=True)
class PrintedMember:
    """The member as entered: applicant, insured and enrolled in one (B-002, B-043)."""

    company_name: str
    unit_name: str
    company_kana: str
    representative_title: str
    representative: str
    postal_code: str
    address: str
    phone: str
    email: str
    prefecture: str
    member_number: str


@dataclass(frozen=True)
class PrintedAgency:
    """The soliciting agency as registered (B-065)."""

    name: str
    registration_number: str
    office_code: str
    share_pattern: str
    contact_name: str
    phone: str
    postal_code: str
    address: str
    insurer: str
    branch: str
    of_lead_insurer: bool


@dataclass(frozen=True)
class PrintedBasis:
    """What the premium is computed from (B-031 to B-033); None where an option isn't taken."""

    sales: int
    fiscal_year_end: date | None
    evidence: str
    is_business_plan: bool
    other_sales: int | None
    transported: int | None
    largest_load: int | None


@dataclass(frozen=True)
class PrintedCover:
    """A line of the cover table; ``limit`` is the chosen one, None where ``limit_text`` says all."""

    clause: str
    title: str
    is_original: bool
    limit: int | None
    limit_text: str
    deductible_text: str


@dataclass(frozen=True)
class PrintedClause:
    """A clause of the policy with its 特約コード (B-016)."""

    title: str
    code: str
    is_automatic: bool


@dataclass(frozen=True)
class PrintedInstalment:
    """A month's debit."""

    date: date
    premium: int
    maintenance_fee: int
    levy: int


@dataclass(frozen=True)
class PrintedLine:
    """One clause of the premium's breakdown."""

    title: str
    basis: int
    premium: int


@dataclass(frozen=True)
class PrintedPrice:
    """What the cover costs, in yen (B-042)."""

    months: int
    annual_premium: int
    premium: int
    maintenance_fee: int
    levy: int
    collection_fee: int
    lines: tuple[PrintedLine, ...]
    instalments: tuple[PrintedInstalment, ...]


@dataclass(frozen=True)
class PrintedQuote:
    """A quote: who asked, for which period, what it covers, on what basis, at what price."""

    number: str
    prospect: str
    start: date
    end: date
    is_sample: bool
    created_on: date
    scheme: PrintedScheme
    agency: PrintedAgency
    basis: PrintedBasis
    price: PrintedPrice
    covers: tuple[PrintedCover, ...]
    clauses: tuple[PrintedClause, ...]


@dataclass(frozen=True)
class PrintedEnrolment:
    """An enrolment with its quote and its member; numbers are empty until they are given."""

    reference: str
    policy_number: str
    slip_number: str
    form_version: int
    start: date
    end: date
    cover_end: date
    is_renewal: bool
    mandate_enclosed: bool
    same_sales_evidence: str
    has_same_sales_evidence: bool
    agency_copy_kept: bool
    branch_copy_kept: bool
    checks: tuple[str, ...]
    branch_note: str
    registered_on: date | None
    sent_on: date | None
    forwarded_on: date | None
    arrived_on: date | None
    member: PrintedMember
    quote: PrintedQuote


@dataclass(frozen=True)
class PrintedDuty:
    """One of the duties of 警備業法第2条 (B-029)."""

    name: str
    content: str
    example: str


@dataclass(frozen=True)
class PrintedClosing:
    """A closing of the year's own start: until which day and time (``HH:MM``), and when its certificates come."""

    day: date
    time: str
    certificate: date


@dataclass(frozen=True)
class PrintedNotice:
    """A date of the year that no rule computes; ``is_about`` says 頃 (B-046)."""

    day: date
    is_about: bool
    title: str


@dataclass(frozen=True)
class PrintedOffice:
    """Where a member may ask: an agency, its insurer in short, its phone."""

    name: str
    insurer: str
    phone: str


@dataclass(frozen=True)
class ModelLevy:
    """What a year of the basic plan costs, in yen: the whole levy, and the month's from the second on."""

    levy: int
    monthly: int


@dataclass(frozen=True)
class ModelRow:
    """The model levies of one limit, in yen, in the order of the models' sales."""

    limit: int
    levies: tuple[ModelLevy, ...]


@dataclass(frozen=True)
class ModelLine:
    """A rated clause of the example: its limit, None where the basic cover's applies; its basis and premium in yen."""

    title: str
    limit: int | None
    basis_title: str
    basis: int
    premium: int


@dataclass(frozen=True)
class ModelExample:
    """One enrolment with every option, worked out line by line."""

    lines: tuple[ModelLine, ...]
    price: PrintedPrice


@dataclass(frozen=True)
class PrintedBrochure:
    """A scheme year for who may join: cover, dates, model levies, and where to ask.

    ``joining_months_before`` and ``joining_day`` are the mid-term joiners' closing (B-064); ``debits`` are those of a
    whole year. ``offices`` is empty where there are too many for a list.
    """

    period_start: date
    period_end: date
    covers: tuple[PrintedCover, ...]
    clauses: tuple[PrintedClause, ...]
    duties: tuple[PrintedDuty, ...]
    notices: tuple[PrintedNotice, ...]
    closings: tuple[PrintedClosing, ...]
    joining_months_before: int
    joining_day: int
    debits: tuple[date, ...]
    first_debit_after_months: int
    account_change_day: int
    maintenance_fee_percent: int
    minimum_premium: int
    valuables_floor_per_mille: int
    model_sales: tuple[int, ...]
    models: tuple[ModelRow, ...]
    example: ModelExample
    offices: tuple[PrintedOffice, ...]
