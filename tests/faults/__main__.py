"""`python -m tests.faults`: list the zoo, serve one of it, or judge all of it (`make faults`).

Exit codes: 0 everything is as it should be, 1 a fault survived or a variant was accused, 2 usage.
"""

from __future__ import annotations

import argparse
import sys

from tests.faults import zoo


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.faults", description="A zoo of broken servers.")
    commands = made.add_subparsers(dest="command", required=True)
    listed = commands.add_parser("list", help="every fault and variant with what it breaks or uses")
    listed.add_argument("pattern", nargs="?", help="only these names or areas, * is any text")
    served = commands.add_parser("serve", help="start one; every option of the mock may follow")
    served.add_argument("name", help="a fault, a variant, or `plain`")
    return made


def show(pattern: str | None) -> None:
    faults, variants = zoo.matching(pattern)
    for fault in faults:
        print(f"{fault.name}\n    {fault.breaks}\n    {fault.level}: {', '.join(fault.ids)}")
    for variant in variants:
        print(f"{variant.name}\n    {variant.differs}\n    freedom of {variant.reading}")
    print(f"{len(faults)} faults, {len(variants)} variants")


def main() -> int:
    given, rest = parser().parse_known_args()
    if given.command == "list":
        show(given.pattern)
        return 0
    if given.command == "serve":
        from mock_server.options import UsageError
        from tests.faults.serve import serve

        try:
            serve(None if given.name == "plain" else zoo.named(given.name), rest)
        except KeyError:
            print(f"there is no fault or variant {given.name!r}: see `list`", file=sys.stderr)
            return 2
        except UsageError as error:
            print(error, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
