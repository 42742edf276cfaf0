"""What all rooms' tests share: a strict eye on skips in CI, and a PostgreSQL for those that want one."""

pytest_plugins = ["pytester", "no_skips", "postgres_cluster"]
