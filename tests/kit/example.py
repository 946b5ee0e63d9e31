"""The documented example, as Mage AI publishes it.  No other key or token may
stand in the tree."""

import json
import pathlib

API_KEY = "zkWlN0PkIKSN0C11CfUHUj84OT5XOJ6tDZ6bDRO2"

# The live token of the example's user; sql/demo.sql adds it.
TOKEN = "some_really_long_string"

# The example's answer, and its rows: (expires, token) in the answer's order.
ANSWER = json.loads(
    pathlib.Path(__file__).with_name("example.json").read_text())
ROWS = tuple((row["expires"], row["token"])
             for row in ANSWER["oauth_access_tokens"])
[USER_ID] = {row["user_id"] for row in ANSWER["oauth_access_tokens"]}
