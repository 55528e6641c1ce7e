"""JUnit XML: one test case per check id."""

import xml.etree.ElementTree as ElementTree

from contracts.outcome import Outcome, Result
from contracts.report.escaping import printable
from contracts.report.words import counted, verdict_line
from contracts.session import Report


def text(report: Report) -> str:
    cases = [_case(report, result) for result in report.results]
    kinds = [case[0].tag if len(case) else "" for case in cases]
    suite = ElementTree.Element(
        "testsuite",
        name="lehnz-contract",
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=f"{report.seconds:.3f}",
        timestamp=report.started.isoformat(timespec="seconds"),
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in {"target": report.target.url, "verdict": verdict_line(report), "seed": str(report.seed)}.items():
        ElementTree.SubElement(properties, "property", name=name, value=_clean(value))
    suite.extend(cases)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(report: Report, result: Result) -> ElementTree.Element:
    entry = report.catalogue[result.check]
    area = entry.area.lower().replace(" ", "-")
    case = ElementTree.Element("testcase", classname=f"lehnz.{area}", name=entry.id, time=f"{result.seconds:.3f}")
    counts = counted(result, report.strict)
    shown = [printable(f"{f.operation}, {f.case}: expected {f.expected}; got {f.actual}") for f in result.findings]
    if result.outcome is Outcome.FAIL and counts:
        kind = ElementTree.SubElement(case, "failure", message=_clean(shown[0] if shown else entry.statement))
    elif result.outcome is Outcome.ERROR or (result.outcome is Outcome.INCONCLUSIVE and counts):
        kind = ElementTree.SubElement(case, "error", message=_clean(f"{result.outcome}: {result.reason}"))
    elif result.outcome is not Outcome.PASS:
        kind = ElementTree.SubElement(
            case, "skipped", message=_clean(f"{entry.level} {result.outcome} {result.reason}")
        )
    else:
        return case
    kind.text = _clean("\n".join([f"{entry.level}: {entry.statement} ({entry.source})", *shown]))
    return case


def _clean(text: str) -> str:
    """Remove characters that XML 1.0 doesn't allow."""
    return "".join(c if c in "\t\n" or 0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) <= 0xFFFD else "?" for c in text)
