"""The program `petrel`: the command line, given the wiring."""

from petrel import cli
from petrel.program import Program


def main() -> None:
    cli.main(Program())


if __name__ == "__main__":
    main()
