"""`python -m tests.mutants`: list the zoo, serve one of it, judge it (`make faults`), or hold it to the matrix.

Exit codes: 0 everything is as it should be, 1 a fault survived or a legal server was accused (`check`: where the
matrix says otherwise), 2 usage, or nothing can be judged.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time

from tests.mutants import zoo
from tests.mutants.matrix import Matrix


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.mutants", description="A zoo of broken servers.")
    commands = made.add_subparsers(dest="command", required=True)
    listed = commands.add_parser("list", help="every fault and variant with what it breaks or uses")
    listed.add_argument("pattern", nargs="?", help="only these names or areas, * is any text")
    served = commands.add_parser("serve", help="start one; every option of the mock may follow")
    served.add_argument("name", help="a fault, a variant, or `plain`")
    judged = commands.add_parser("matrix", help="judge all of it; writes docs/faults.md and matrix.json")
    judged.add_argument("--only", metavar="PATTERN", help="only these names or areas, or `plain`; kept with --write")
    judged.add_argument("--sample", metavar="N", type=int, help="only N of the faults; kept with --write")
    judged.add_argument("--sample-seed", metavar="N", type=int, default=1, help="which ones [1]")
    judged.add_argument("--again", action="store_true", help="only what survived or was accused the last time")
    judged.add_argument("--claims", action="store_true", help="only the checks that claim each fault; writes nothing")
    judged.add_argument("--write", action="store_true", help="put the rows of a part into the matrix that there is")
    judged.add_argument(
        "--resume", action="store_true", help="go on with a whole run of this commit that was cut short"
    )
    judged.add_argument("--seeds", metavar="N", type=int, default=20, help="of the plain mock [20]")
    judged.add_argument("--no-baseline", action="store_true", help="leave plain schemathesis out")
    beside = commands.add_parser(
        "baseline", help="plain schemathesis where the matrix has no result of it; writes both"
    )
    compared = commands.add_parser("check", help="as much as time allows, against matrix.json; writes nothing")
    compared.add_argument("--minutes", metavar="N", type=float, required=True, help="how long it may take")
    for each in (judged, beside, compared):
        each.add_argument("--jobs", metavar="N", type=int, help="servers at a time [four for each core]")
    return made


def show(pattern: str | None) -> int:
    faults, variants = zoo.matching(pattern)
    for fault in faults:
        print(f"{fault.name}\n    {fault.breaks}\n    {fault.level}: {', '.join(fault.ids)}")
    for variant in variants:
        print(f"{variant.name}\n    {variant.differs}\n    freedom of {variant.reading}")
    print(f"{len(faults)} faults, {len(variants)} variants")
    return 0


def serve_one(name: str, options: list[str]) -> int:
    from mock_server.command.options import UsageError
    from tests.mutants.serve import serve

    try:
        each = None if name == "plain" else zoo.named(name)
        serve(each, options)
    except KeyError:
        print(f"there is no fault or variant {name!r}: see `list`", file=sys.stderr)
        return 2
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def judge(given: argparse.Namespace) -> int:
    whole = given.only is None and given.sample is None and not given.again and not given.claims
    return judge_all(given) if whole else judge_some(given)


def judge_all(given: argparse.Namespace) -> int:
    """Everything, at one commit; nothing is written before the end but the file from which a run can be resumed."""
    from tests.mutants import judging, matrix, pages

    began, commit = time.monotonic(), matrix.commit()
    made = matrix.load(matrix.UNFINISHED) if given.resume else Matrix()
    if made.about.get("commit", commit) != commit:
        print(f"the run that was cut short is of {made.about['commit']}, this is {commit}", file=sys.stderr)
        return 2
    spent, worked = made.about.get("minutes", 0.0), made.about.get("processor minutes", 0.0)
    work = judging.Work(zoo.every_fault(), zoo.every_variant(), given.seeds, given.jobs or judging.JOBS, say=_say)

    def keep(each: Matrix) -> None:
        minutes, worked_now = (time.monotonic() - began) / 60, work.processor_seconds / 60
        each.about = {"commit": commit, "minutes": spent + minutes, "processor minutes": worked + worked_now}
        matrix.save(each, matrix.UNFINISHED)

    judging.fill(made, work, keep)
    if not given.no_baseline:
        judging.add_baseline(made, [fault.name for fault in work.faults], work, keep)
    keep(made)
    made.about = matrix.facts(made.about["minutes"], made.about["processor minutes"]) | {"commit": commit}
    matrix.save(made)
    pages.write(matrix.in_order(made))
    matrix.UNFINISHED.unlink(missing_ok=True)
    return _conclude(made)


def judge_some(given: argparse.Namespace) -> int:
    """A part; its rows go into the matrix that there is if that is asked for."""
    from tests.mutants import judging, matrix, pages

    old = matrix.load()
    faults, variants = zoo.matching(given.only)
    if given.sample is not None:
        faults, variants = matrix.sample(faults, given.sample, given.sample_seed), []
    if given.again:
        faults = [fault for fault in faults if fault.name in old.survivors]
        variants = [variant for variant in variants if variant.name in old.accused]
    seeds = given.seeds if given.only == "plain" else 0
    work = judging.Work(faults, variants, seeds, given.jobs or judging.JOBS, given.claims, _say)
    made = Matrix()
    judging.fill(made, work)
    if given.write and not given.claims:
        if not given.no_baseline:
            judging.add_baseline(made, [fault.name for fault in faults], work)
        matrix.stamp(made, matrix.commit())
        for name in ("faults", "variants", "plain", "baseline"):
            getattr(old, name).update(getattr(made, name))
        matrix.save(old)
        pages.write(matrix.in_order(old))
    return _conclude(made)


def meet_baseline(given: argparse.Namespace) -> int:
    """What a whole run that was cut short didn't come to."""
    from tests.mutants import judging, matrix, pages

    made = matrix.load()
    before = len(made.baseline)
    work = judging.Work(zoo.every_fault(), jobs=given.jobs or judging.JOBS, say=_say)
    try:
        judging.add_baseline(made, [fault.name for fault in work.faults], work)
    finally:
        if more := len(made.baseline) - before:
            said = made.about.get("baseline", f"{before} faults in the same run")
            made.about["baseline"] = f"{said}, {more} at {matrix.commit()}"
            matrix.save(made)
            pages.write(matrix.in_order(made))
    return 0


def check(given: argparse.Namespace) -> int:
    from tests.mutants import judging, matrix

    work = judging.Work(
        zoo.every_fault(), zoo.every_variant(), matrix.SEEDS, given.jobs or judging.JOBS, say=_say, quiet=True
    )
    found = judging.compare(work, matrix.load(), given.minutes)
    print(f"judged {found.judged} of {len(work.tasks)} servers within the time; {len(found.worse)} got worse")
    for name in found.worse:
        print(f"worse than in matrix.json: {name}")
    if found.left_out:
        print("left out: " + ", ".join(found.left_out))
    return 1 if found.worse or not found.judged else 0


def _conclude(made: Matrix) -> int:
    legal = len(made.variants) + len(made.plain)
    killed = len(made.faults) - len(made.survivors)
    right = legal - len(made.accused)
    print(f"killed {killed} of {len(made.faults)} faults; {right} of {legal} legal servers judged right")
    for name in made.survivors:
        print(f"survives: {name}")
    for name in made.accused:
        print(f"wrong verdict: {name}")
    return 1 if made.survivors or made.accused else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    given, rest = parser().parse_known_args()
    if given.command == "serve":
        return serve_one(given.name, rest)
    if rest:
        parser().error(f"unknown: {' '.join(rest)}")
    if given.command == "list":
        return show(given.pattern)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an orderly end: no server is left behind
    from tests.mutants.judging import CannotJudge

    try:
        return {"matrix": judge, "baseline": meet_baseline, "check": check}[given.command](given)
    except CannotJudge as error:
        print(f"nothing can be judged: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
