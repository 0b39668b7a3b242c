"""預金口座振替 (種別コード 91) files in the format of 全国銀行協会, written and read strictly.

Pure rules: the standard library and `hoshou.base` only. The way through the modules:

- `layout`: the four records as data (position, length, kind, allowed values);
- `characters`, `profiles`: what may stand in a text, and what a collection agent changes in the standard;
- `entries`: a header, a debit line, the totals of a trailer; `results`: what a 振替結果コード means;
- `writer`, `reader`: whole files, streamed; `problems`: what they refuse, by record and byte position;
- `kana`: turns what people type into what a bank reads, and says what was lost;
- `document`: the JSON shape of `hoshou zengin write` and `show`.

`docs/algorithms/zengin.md` explains the format with records counted by hand.
"""
