"""Sends the cases of cases.json to a server and brings its answers into a form that two servers can share.

replay.ts is the same program for jest; a rule changed here is changed there.
"""

import http.client
import json
import re
import secrets
from urllib.parse import quote, urlsplit

API = "/api/2.0/mlflow/"
TIMES = {"creation_time", "last_update_time", "creation_timestamp_ms", "last_updated_timestamp_ms"}
# What only some versions answer, and what no client reads.
DROPPED = {"workspace"}
# Lists of which the wire promises no order.
UNORDERED = {"tags", "params", "dataset_inputs", "model_inputs", "model_outputs"}
LONGEST = 400
GENERATED_NAME = re.compile(r"^[a-z]+-[a-z]+-\d{1,3}$")


class Missing(Exception):
    """A case needs what no earlier case gave."""


def replay(origin, areas):
    """Runs all cases in order. Returns {case name: {"status", "body"}}."""
    url = urlsplit(origin)
    kept = {"u": "u" + secrets.token_hex(4)}
    recorded = {}
    for cases in areas.values():
        for case in cases:
            recorded[case["name"]] = run_case(url, case, kept)
    return recorded


def run_case(url, case, kept):
    try:
        request = compose(case, kept)
    except Missing as missing:
        return {"status": 0, "body": f"not sent: no earlier case gave {missing}"}
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    try:
        connection.request(**request)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in response.getheaders()}
    finally:
        connection.close()
    try:
        body = json.loads(text, parse_constant=str)
    except ValueError:
        body = None
    for name, path in case.get("keep", {}).items():
        value = pick(body, path)
        if isinstance(value, str):
            kept[name] = value
    answer = {"status": response.status, "body": describe(case, response.status, body, text, kept)}
    if "headers" in case:
        # A file name may stand in quotes.
        answer["headers"] = {name: headers.get(name, "").replace('"', "") for name in case["headers"]}
    return answer


def compose(case, kept):
    method, path = case["request"].split(" ", 1)
    path = fill(path if path.startswith("/") else API + path, kept)
    pairs = [
        f"{name}={quote(str(item), safe='')}"
        for name, value in fill(case.get("query", {}), kept).items()
        for item in (value if isinstance(value, list) else [value])
    ]
    if pairs:
        path += "?" + "&".join(pairs)
    headers = dict(case.get("send", {}))
    body = None
    if "body" in case:
        body = json.dumps(fill(case["body"], kept)).encode()
        headers = {"Content-Type": "application/json", **headers}
    elif "text" in case:
        body = fill(case["text"], kept).encode()
    if case.get("chunked"):
        headers["Transfer-Encoding"] = "chunked"
        return {"method": method, "url": path, "body": iter([body] if body else []), "headers": headers, "encode_chunked": True}
    if body is not None or method not in ("GET", "HEAD"):
        headers["Content-Length"] = str(len(body or b""))
    return {"method": method, "url": path, "body": body, "headers": headers}


def fill(value, kept):
    """Replaces ${name} in texts, {"$repeat": text, "times": n, "then": end} and {"$list": item, "count": n} by what they describe."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda match: look_up(match[1], kept), value)
    if isinstance(value, list):
        return [fill(item, kept) for item in value]
    if isinstance(value, dict):
        if "$repeat" in value:
            return value["$repeat"] * value["times"] + fill(value.get("then", ""), kept)
        if "$list" in value:
            return [fill(value["$list"], {**kept, "i": str(i)}) for i in range(value["count"])]
        return {key: fill(item, kept) for key, item in value.items()}
    return value


def look_up(name, kept):
    if name not in kept:
        raise Missing(name)
    return kept[name]


def pick(body, path):
    for step in path.split("."):
        if isinstance(body, dict):
            body = body.get(step)
        elif isinstance(body, list) and step.isdigit() and int(step) < len(body):
            body = body[int(step)]
        else:
            return None
    return body


def describe(case, status, body, text, kept):
    compare = case.get("compare", "all")
    if compare == "status":
        return "not compared"
    if status >= 400:
        if not isinstance(body, dict) or "error_code" not in body:
            return "no error object"
        if compare == "code" or "quirk" in case:
            return {"error_code": body["error_code"]}
        return {key: mask(body.get(key), kept, key) for key in ("error_code", "message")}
    if not isinstance(body, dict):
        return mask(text, kept)
    if "pick" in case:
        # Of every row of one list only one value, so that a search reads as the names that it found.
        rows, path = case["pick"]
        if rows in body:
            body = {**body, rows: [pick(row, path) for row in body[rows]]}
    # An upload may answer an empty object or nothing at all.
    return "" if case["request"].startswith("PUT ") and body == {} else mask(body, kept)


def mask(value, kept, key="", within=""):
    if isinstance(value, dict):
        return {name: mask(item, kept, name, key) for name, item in value.items() if name not in DROPPED}
    if isinstance(value, list):
        items = [mask(item, kept, key) for item in value]
        if key in UNORDERED or (key == "metrics" and within == "data"):
            items.sort(key=lambda item: json.dumps(item, sort_keys=True, ensure_ascii=False))
        return items
    if key in TIMES and isinstance(value, int):
        return "<time>"
    if isinstance(value, str):
        return mask_text(value, kept, key)
    return value


def mask_text(text, kept, key):
    if key == "next_page_token":
        return "<token>"
    for name, value in sorted(kept.items(), key=lambda entry: -len(entry[1])):
        if len(value) > 8 and not name.startswith("token"):
            text = text.replace(value, "${" + name + "}")
    text = re.sub(r"m-[0-9a-f]{32}", "<model_id>", text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "<run_id>", text)
    text = re.sub(r"(mlflow-artifacts:/)\d+(/|$)", r"\1<experiment_id>\2", text)
    text = re.sub(r"(experiment(?: with id)?[ =]|experiment with id=)\d+", r"\1<experiment_id>", text, flags=re.I)
    if key == "experiment_id" and text != "0" and text.isdigit():
        return "<experiment_id>"
    if len(text) > LONGEST:
        return f"{text[:20]}… ({len(text)} characters)"
    return "<generated name>" if GENERATED_NAME.match(text) else text
