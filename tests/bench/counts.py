"""The exact count of a long list: what makes it cheaper, and what does not.

The same rows lie in tables of their own, each with another index or read in
another way; the counts alternate, as all measurements do."""

import dataclasses

import load
import report
from data import HEAVY

LIST = "(user_id, expires DESC, id DESC)"

# The planner may choose a parallel plan, as if that cost nothing.
EAGER = {"parallel_setup_cost": 0, "parallel_tuple_cost": 0,
         "min_parallel_table_scan_size": 0, "min_parallel_index_scan_size": 0}


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    index: str = LIST
    settings: dict = dataclasses.field(default_factory=dict)
    vacuumed: bool = True
    condition: str = ""

    def options(self):
        """For PGOPTIONS."""
        settings = {"max_parallel_workers_per_gather": 0, **self.settings}
        return " ".join(f"-c {name}={value}"
                        for name, value in settings.items())


VARIANTS = (
    Variant("as sql/index.sql has it"),
    Variant("... fillfactor 100", LIST + " WITH (fillfactor = 100)"),
    Variant("... id INCLUDEd", "(user_id, expires DESC) INCLUDE (id)"),
    Variant("... without id", "(user_id, expires DESC)"),
    Variant("user_id alone", "(user_id)"),
    Variant("... by a bitmap", "(user_id)",
            {"enable_indexonlyscan": "off", "enable_indexscan": "off",
             "enable_seqscan": "off"}),
    Variant("never vacuumed", vacuumed=False),
    Variant("one parallel worker", settings={
        **EAGER, "max_parallel_workers_per_gather": 1}),
    Variant("two parallel workers", settings={
        **EAGER, "max_parallel_workers_per_gather": 2}),
    Variant("active tokens only", condition="AND expires > now()"),
)


class Table:
    """A copy of the tokens for one variant."""

    def __init__(self, data, number, variant):
        self.data, self.variant = data, variant
        self.times = []  # milliseconds a count
        self.name = f"counted_{number}"
        self.data.sql(f"""
            CREATE TABLE {self.name} AS
                SELECT id, user_id, expires, token FROM oauth2_access_token;
            CREATE INDEX {self.name}_index ON {self.name} {variant.index};
            GRANT SELECT ON {self.name} TO PUBLIC;""")
        self.data.sql(f"{'VACUUM ' if variant.vacuumed else ''}"
                      f"ANALYZE {self.name}")

    def measure(self, seconds):
        environment = {**self.data.environment(),
                       "PGOPTIONS": self.variant.options()}
        statement = (f"SELECT count(*) FROM {self.name}"
                     f" WHERE user_id = {HEAVY} {self.variant.condition}")
        result = load.pgbench(environment, statement, {}, 1, seconds)
        self.times.append(1000 / result.rate)

    def megabytes(self):
        return int(self.data.sql(
            f"SELECT pg_relation_size('{self.name}_index')")) / 2**20


def compare(data, rounds, seconds):
    tables = [Table(data, n, variant) for n, variant in enumerate(VARIANTS)]
    for n in range(rounds):
        first = n % len(tables)
        for table in tables[first:] + tables[:first]:
            table.measure(seconds)
    print(f"\ncount of the heavy user's {data.heavy_rows} tokens; index, MB; "
          "ms a count; x: of the first line's")
    row = "{:<26}{:>8}  {:<24}{:>6}"
    print(row.format("index", "MB", "ms", "x"))
    for table in tables:
        ratio = report.spread(
            a / b for a, b in zip(table.times, tables[0].times))
        print(row.format(table.variant.name, f"{table.megabytes():.0f}",
                         report.spread(table.times).text(2),
                         f"{ratio.median:.2f}"), flush=True)
        data.sql(f"DROP TABLE {table.name}")
