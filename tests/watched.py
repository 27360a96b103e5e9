"""`petrel`, with every answer of its API read by its schema and noted: `python -m tests.watched up --data ...`.

Its web processes are made by forking, so they are watched as well.
"""

from petrel import __main__
from tests import answers

if __name__ == "__main__":
    answers.watch(answers.append)
    __main__.main()
