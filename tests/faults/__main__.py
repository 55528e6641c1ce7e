"""`python -m tests.faults`: list the zoo, serve one of it, or judge all of it (`make faults`).

Exit codes: 0 everything is as it should be, 1 a fault survived or a legal server was accused, 2 usage.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time

from tests.faults import zoo
from tests.faults.matrix import Matrix


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.faults", description="A zoo of broken servers.")
    commands = made.add_subparsers(dest="command", required=True)
    listed = commands.add_parser("list", help="every fault and variant with what it breaks or uses")
    listed.add_argument("pattern", nargs="?", help="only these names or areas, * is any text")
    served = commands.add_parser("serve", help="start one; every option of the mock may follow")
    served.add_argument("name", help="a fault, a variant, or `plain`")
    judged = commands.add_parser("matrix", help="judge all of it; writes docs/faults.md and matrix.json")
    judged.add_argument("--only", metavar="PATTERN", help="only these names or areas, or `plain`; kept with --write")
    judged.add_argument("--sample", metavar="N", type=int, help="only N of the faults; kept with --write")
    judged.add_argument("--again", action="store_true", help="only what survived or was accused the last time")
    judged.add_argument("--claims", action="store_true", help="only the checks that claim each fault; writes nothing")
    judged.add_argument("--write", action="store_true", help="put the rows of a part into the matrix that there is")
    judged.add_argument("--sample-seed", metavar="N", type=int, default=1, help="which ones [1]")
    judged.add_argument("--seeds", metavar="N", type=int, default=20, help="of the plain mock [20]")
    judged.add_argument("--jobs", metavar="N", type=int, default=2, help="servers at a time [2]")
    judged.add_argument(
        "--baseline",
        choices=("all", "missing", "none"),
        default="missing",
        help="run plain schemathesis against all faults, those without a result in matrix.json, or none [missing]",
    )
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
    from tests.faults.serve import serve

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
    from tests.faults import matrix, pages

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an orderly end: no server is left behind
    began = time.monotonic()
    faults, variants = zoo.matching(given.only)
    whole = given.only is None and given.sample is None and not given.again
    if given.sample is not None:
        faults, variants = matrix.sample(faults, given.sample, given.sample_seed), []
    made, old = matrix.Matrix(), matrix.load()
    if given.again:
        faults = [fault for fault in faults if fault.name in old.survivors]
        variants = [variant for variant in variants if variant.name in old.accused]
    faults.sort(key=lambda fault: fault.name not in old.survivors)  # what went wrong the last time comes first
    variants.sort(key=lambda variant: variant.name not in old.accused)
    if given.write:
        made = old
    elif whole and given.baseline == "missing":
        made.baseline = old.baseline
    written = (whole or given.write) and not given.claims
    seeds = given.seeds if whole or given.only == "plain" else 0
    keep = matrix.save if written else lambda _: None
    matrix.judge_all(made, faults, variants, seeds, given.jobs, _say, keep, given.claims)
    if given.baseline != "none" and written:
        left = [fault.name for fault in faults if given.baseline == "all" or fault.name not in made.baseline]
        matrix.add_baseline(made, left, given.jobs, _say)
    if written:
        made.about = matrix.facts(began) if whole else {**made.about, "some rows again at": matrix.commit()}
        matrix.save(made)
        pages.write(matrix.in_order(made))
    return _conclude(made)


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
    return show(given.pattern) if given.command == "list" else judge(given)


if __name__ == "__main__":
    sys.exit(main())
