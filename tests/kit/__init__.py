"""What the suites are made of: one way to run each of PostgreSQL, the program
and the web servers, and one client.  tests/README has the list."""
