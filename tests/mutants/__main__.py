"""`python -m tests.mutants`: lists the collection, serves one server of it, or judges it (`make mutants`).

Exit codes: 0 if every verdict is right, 1 if a mutant survived or a legal server was accused (with --minutes: only if
the committed results have the right verdict), 2 for usage, or if nothing can be judged.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time

from tests.mutants import judging, page, registry, results
from tests.mutants.drawn import draw, draws
from tests.mutants.results import Results


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.mutants", description="Broken and legal servers.")
    commands = made.add_subparsers(dest="command", required=True)
    listed = commands.add_parser("list", help="every mutant and variant with what it breaks or uses")
    listed.add_argument("pattern", nargs="?", help="only these names or areas, * is any text")
    served = commands.add_parser("serve", help="start one; every option of the mock may follow")
    served.add_argument("name", help="a mutant, a variant, or `plain`")
    judged = commands.add_parser("judge", help="judge all of it; writes docs/mutants.md and results.json")
    judged.add_argument("--only", metavar="PATTERN", help="only these names or areas, or `plain`; kept with --write")
    judged.add_argument("--write", action="store_true", help="put the rows of a part into the committed results")
    judged.add_argument("--minutes", metavar="N", type=float, help="what fits, held to results.json; writes nothing")
    judged.add_argument("--seeds", metavar="N", type=int, default=5, help="of the plain mock [5]")
    judged.add_argument("--baseline", action="store_true", help="plain schemathesis too")
    judged.add_argument("--jobs", metavar="N", type=int, help="servers at a time [four for each core]")
    drawn = commands.add_parser("draw", help="make mutants by a program and judge them once; writes docs/mutants.md")
    drawn.add_argument("--new", metavar="N", type=int, required=True, help="how many")
    drawn.add_argument("--seed", metavar="N", type=int, required=True, help="which ones; the same for the same seed")
    drawn.add_argument("--dry-run", action="store_true", help="keep nothing of what comes out")
    drawn.add_argument("--jobs", metavar="N", type=int, help="servers at a time [four for each core]")
    return made


def show(pattern: str | None) -> int:
    mutants, variants = registry.matching(pattern)
    for mutant in mutants:
        print(f"{mutant.name}\n    {mutant.breaks}\n    {mutant.level}: {', '.join(mutant.ids)}")
    for variant in variants:
        print(f"{variant.name}\n    {variant.differs}\n    freedom of {variant.reading}")
    print(f"{len(mutants)} mutants, {len(variants)} variants")
    return 0


def serve_one(name: str, options: list[str]) -> int:
    from mock_server.command.options import UsageError
    from tests.mutants.serve import serve

    try:
        each = None if name == "plain" else registry.named(name)
        serve(each, options)
    except KeyError:
        print(f"there is no mutant or variant {name!r}: see `list`", file=sys.stderr)
        return 2
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def judge(given: argparse.Namespace) -> int:

    began = time.monotonic()
    mutants, variants = registry.matching(given.only)
    seeds = given.seeds if given.only in (None, "plain") else 0
    work = judging.Work(mutants, variants, seeds, given.jobs or judging.JOBS, say=_say)
    if given.minutes:
        return _compared(judging.compare(work, results.load(), given.minutes))
    made = judging.judge(work)
    if given.baseline:
        judging.add_baseline(made, [mutant.name for mutant in mutants], work)
    if given.only is None or given.write:
        kept = results.load()
        for name in ("mutants", "variants", "plain", "baseline"):
            getattr(kept, name).update(getattr(made, name))
        if given.only is None:
            kept.about = results.facts((time.monotonic() - began) / 60)
        results.save(kept)
        page.write(results.in_order(kept))
    return _conclude(made)


def judge_draw(given: argparse.Namespace) -> int:
    """Judge a draw; return 0 even if mutants survive, because a draw measures and is never repeated."""
    began = time.monotonic()
    mutants = draw.draw(given.new, given.seed)
    made = judging.judge(judging.Work(mutants, jobs=given.jobs or judging.JOBS, say=_say))
    found = draws.made(given.seed, results.facts((time.monotonic() - began) / 60), mutants, made)
    if not given.dry_run:
        draws.add(found)
        page.write(results.in_order(results.load()))
    _conclude(made)
    return 0


def _compared(found: judging.Compared) -> int:
    print(f"judged {found.judged} servers within the time; {len(found.worse)} got worse")
    for name in found.worse:
        print(f"worse than in results.json: {name}")
    if found.left_out:
        print(f"left out: {len(found.left_out)}")
    return 1 if found.worse or not found.judged else 0


def _conclude(made: Results) -> int:
    legal, right = len(made.variants) + len(made.plain), len(made.mutants) - len(made.survivors)
    print(f"killed {right} of {len(made.mutants)} mutants; {legal - len(made.accused)} of {legal} legal servers right")
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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the servers too

    try:
        return judge_draw(given) if given.command == "draw" else judge(given)
    except judging.CannotJudge as error:
        print(f"nothing can be judged: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
