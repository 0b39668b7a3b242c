"""An independent reading of the premium rules: plain fractions over the JSON documents, no product code."""

import math
from datetime import date, timedelta
from fractions import Fraction

import holidays

_HOLIDAYS = holidays.country_holidays("JP", years=range(2025, 2031))


def to_yen(value, rounding):
    units = Fraction(value) / rounding["unit"]
    if rounding["mode"] == "floor":
        whole = math.floor(units)
    elif rounding["mode"] == "ceil":
        whole = math.ceil(units)
    else:
        whole = math.floor(units + Fraction(1, 2))
    return whole * rounding["unit"]


def debit_days(start):
    """The twelfths that follow, from the second month on, until the July after the scheme year."""
    days = []
    year, month = start.year, start.month + 2
    last_year = start.year + 1 if start.month >= 6 else start.year
    while True:
        if month > 12:
            year, month = year + 1, month - 12
        day = date(year, month, 12)
        while day.weekday() in (5, 6) or day in _HOLIDAYS:
            day += timedelta(days=1)
        days.append(day)
        if (year, month) == (last_year, 7):
            return days
        month += 1


def expected_answer(request, rates):
    rounding, options = rates["rounding"], request["options"]
    start = date.fromisoformat(request["start"])
    days = debit_days(start)
    n = len(days)

    bought = [("basic", request["sales"], rates["basic"][str(request["limit"])])]
    if "key_recreation" in options:
        limit = str(options["key_recreation"]["limit"])
        bought.append(("key_recreation", request["sales"], rates["key_recreation"][limit]))
    if "valuables" in options:
        valuables = options["valuables"]
        limit = str(valuables["limit"])
        bought.append(("valuables_other", valuables["other_sales"], rates["valuables_other"][limit]))
        if "transport" in options:
            bought.append(("valuables_transport", valuables["transported"], rates["valuables_transport"][limit]))
    if "transport" in options:
        bought.append(("transport", request["sales"], rates["transport"]))
    if "labour_dispute" in options:
        bought.append(("labour_dispute", request["sales"], rates["labour_dispute"]))

    floor = 0
    if "valuables" in options and options["valuables"]["other_sales"] > 0:
        floor = math.ceil(Fraction(options["valuables"]["limit"] * rates["valuables_floor_per_mille"], 1000))

    lines, extra = [], 0
    for clause, basis, rate in bought:
        yen = to_yen(basis * Fraction(rate) / rates["unit"], rounding)
        if clause == "valuables_other":
            if rates["valuables_floor_applies_to"] == "annual":
                yen = max(yen, floor)
            else:
                extra = max(0, floor - to_yen(Fraction(yen * n, 12), rounding))
        lines.append({"clause": clause, "basis": basis, "rate": rate, "premium": yen})

    annual = sum(line["premium"] for line in lines)
    if rates["minimum_applies_to"] == "annual":
        annual = max(annual, rates["minimum_premium"])
    premium = to_yen(Fraction(annual * n, 12), rounding) + extra
    if rates["minimum_applies_to"] == "charged":
        premium = max(premium, rates["minimum_premium"])
    fee = math.floor(Fraction(premium * rates["maintenance_fee_percent"], 100))

    instalments = []
    for position, day in enumerate(days):
        share, fee_share = premium // n, fee // n
        if position == 0:
            share, fee_share = share + premium % n, fee_share + fee % n
        instalments.append(
            {
                "date": str(day),
                "premium": share,
                "maintenance_fee": fee_share,
                "levy": share + fee_share,
            }
        )
    return {
        "rates": {"id": rates["id"], "version": rates["version"]},
        "months": n,
        "annual_premium": annual,
        "premium": premium,
        "maintenance_fee": fee,
        "levy": premium + fee,
        "collection_fee": math.floor(Fraction(premium * rates["collection_fee_percent"], 100)),
        "lines": lines,
        "instalments": instalments,
    }
