"""Records what AWS clients send to a fake, for TestRecordedClients. The scripts record.py use it.

Each request becomes a file NN-client-Operation.http in the current folder, as it came off the wire. Only the User-Agent is cut, because it
names the machine. index.json lists the files with the responses that the clients accepted. The keys are the ones that Amazon's
documentation signs its examples with.
"""

import glob
import http.client
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import urllib.parse

TARGET = urllib.parse.urlsplit(sys.argv[1]).netloc
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_MAX_ATTEMPTS": "1",
}
index = []
client = ""


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        relay = http.client.HTTPConnection(TARGET)
        relay.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        lines = [self.requestline]
        for name, value in self.headers.items():
            relay.putheader(name, value)
            if name.lower() == "user-agent":
                value = value.split()[0]
            lines.append(f"{name}: {value}")
        relay.endheaders(body)
        response = relay.getresponse()
        text = response.read()
        relay.close()

        operation = re.search(r"Action=(\w+)", self.path + "&" + body.decode()).group(1)
        file = f"{len(index) + 1:02}-{client}-{operation}.http"
        with open(file, "wb") as out:
            out.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        code = re.search(rb"<Code>(\w+)</Code>", text)
        index.append({
            "file": file,
            "status": response.status,
            "code": code.group(1).decode() if code else "",
            "snapshots": text.count(b"<Snapshot>"),
        })
        self.send_response(response.status)
        for name in ("Content-Type", "X-Amzn-Requestid"):
            self.send_header(name, response.getheader(name))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = respond

    def log_message(self, *arguments):
        pass


for old in glob.glob("*.http"):
    os.remove(old)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
os.environ.update(KEYS, AWS_ENDPOINT_URL_REDSHIFT=url)


def aws(*arguments, fails=False, **environment):
    done = subprocess.run(["aws", "redshift", *arguments], env={**os.environ, **environment}, capture_output=True, text=True)
    assert (done.returncode != 0) == fails, (arguments, done.stdout, done.stderr)
    return done.stdout


def save(automated):
    with open("index.json", "w") as out:
        json.dump({"automated": automated, "requests": index}, out, indent=1)
        out.write("\n")
