"""Writes botocore_vectors.json: what botocore, Amazon's signer for Python, makes of a set of awkward requests.

Run it in this folder, with botocore installed:

    python3 botocore_vectors.py > botocore_vectors.json

The time is frozen and the keys are the ones from Amazon's documentation, so the output changes only with botocore.
"""

import datetime
import json
import sys
from urllib.parse import quote, urlencode

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 11, 23, 9, 8, 7, tzinfo=datetime.timezone.utc)
KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ+/=="
REGION = "eu-west-1"
SERVICE = "redshift"
EXPIRES = 900
HOST = "https://redshift.eu-west-1.amazonaws.com"

botocore.auth.get_current_datetime = lambda *arguments, **keywords: NOW

VALUES = {
    "plain": [("Action", "DescribeClusterSnapshots"), ("Version", "2012-12-01")],
    "space": [("Key", "a b"), ("Two", "a  b"), ("Edges", " a ")],
    "plus": [("Key", "a+b"), ("+", "+")],
    "asterisk and tilde": [("Key", "*~*"), ("*", "~"), ("~", "*")],
    "repeated key": [("Key", "b"), ("Key", "a"), ("Key", "B"), ("Key", "")],
    "prefixes": [("Key", "1"), ("Key-2", "2"), ("Key.1", "3"), ("Key1", "4"), ("Key%", "5"), ("Ke", "6"), ("Key~", "7")],
    "ten items": [(f"Tags.Tag.{i}.Key", f"k{i}") for i in range(1, 13)],
    "empty values": [("Empty", ""), ("Marker", ""), ("A", "")],
    "reserved": [("Key", "/=%&"), ("Other", "?#[]@!$'(),;:")],
    "quotes": [("Key", "\"double\" 'single' `back`"), ("Brackets", "<>{}|\\^")],
    "percent": [("Key", "100%"), ("Encoded", "%20%2B%25")],
    "emoji": [("Key", "snapshot \U0001f4f8"), ("\U0001f511", "v")],
    "letters": [("Key", "Grüße 東京 ሴ"), ("ሴ", "bar")],
    "control": [("Key", "a\tb\nc\r\nd\x00e\x7f")],
    "case": [("b", "1"), ("B", "2"), ("a", "3"), ("A", "4")],
    "unreserved": [("-._~", "-._~"), ("0aZ", "9zA")],
}


def frozen_request(**arguments):
    request = AWSRequest(**arguments)
    request.context["timestamp"] = NOW.strftime(botocore.auth.SIGV4_TIMESTAMP)
    return request


def encoded(pairs):
    return "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs)


def sign(name, method, url, headers=None, body="", token=None, query=False):
    """Signs one request and returns it with the result."""
    vector = {"name": name, "method": method, "url": url, "headers": headers or {}, "body": body, "token": token or ""}
    signed = []
    cls = botocore.auth.SigV4QueryAuth if query else botocore.auth.SigV4Auth

    class Recorder(cls):
        def string_to_sign(self, request, canonical_request):
            signed.append(canonical_request)
            return super().string_to_sign(request, canonical_request)

    credentials = Credentials(KEY_ID, SECRET, token)
    arguments = {"expires": EXPIRES} if query else {}
    request = frozen_request(method=method, url=url, headers=dict(headers or {}), data=body.encode() if body else None)
    Recorder(credentials, SERVICE, REGION, **arguments).add_auth(request)
    vector["canonical_request"] = signed[0]
    if query:
        vector["presigned_url"] = request.url
    else:
        vector["authorization"] = request.headers["Authorization"]
    return vector


def main():
    vectors = []
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    for name, pairs in VALUES.items():
        vectors.append(sign(f"get: {name}", "GET", f"{HOST}/?{encoded(pairs)}"))
        vectors.append(sign(f"post: {name}", "POST", f"{HOST}/", headers=form, body=urlencode(pairs), token=TOKEN))
        names = [key for key, _ in pairs]
        if len(set(names)) == len(names):  # botocore drops repeated names when it presigns
            vectors.append(sign(f"presign: {name}", "GET", f"{HOST}/?{encoded(pairs)}", query=True))
    plain = encoded(VALUES["plain"])
    vectors += [
        sign("get: session token", "GET", f"{HOST}/?{plain}", token=TOKEN),
        sign("presign: session token", "GET", f"{HOST}/?{plain}", token=TOKEN, query=True),
        sign("get: default port", "GET", f"{HOST}:443/?{plain}"),
        sign("get: other port", "GET", f"{HOST}:8443/?{plain}"),
        sign("get: http, port of https", "GET", f"http://localhost:443/?{plain}"),
        sign("get: http, default port", "GET", f"http://localhost:80/?{plain}"),
        sign("get: IPv6 and port", "GET", f"http://[::1]:5439/?{plain}"),
        sign("get: base path", "GET", f"{HOST}/base%20path/v1//./x/../y/?{plain}"),
        sign("get: encoded path", "GET", f"{HOST}/a%2Fb/%E1%88%B4/c+d/~*?{plain}"),
        sign("presign: base path", "GET", f"{HOST}/base/v1/?{plain}", query=True),
        sign("get: headers", "GET", f"{HOST}/?{plain}",
             headers={"X-Custom": "  a   b  ", "x-amz-meta": "v", "User-Agent": "ua/1", "Accept": "text/xml"}),
        sign("post: emoji in JSON", "POST", f"{HOST}/", headers={"Content-Type": "application/json"}, body="{\"k\": \"\U0001f4f8\"}"),
    ]
    json.dump(
        {
            "made_by": f"botocore {botocore.__version__}",
            "time": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "access_key_id": KEY_ID,
            "secret_access_key": SECRET,
            "region": REGION,
            "service": SERVICE,
            "expires_in_seconds": EXPIRES,
            "vectors": vectors,
        },
        sys.stdout, indent=1, ensure_ascii=True)
    print()


main()
