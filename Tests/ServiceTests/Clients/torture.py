"""Torments `orrery serve` with malformed, slow and vanishing clients, and says whether it holds.

usage: torture.py PROGRAM MINUTES

It must answer a good request at any time, free what the others held, and not grow.
"""
import json
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

PROGRAM, MINUTES = sys.argv[1], float(sys.argv[2])
MODEL = "smollm2-135m-instruct"
server = subprocess.Popen([PROGRAM, "serve", "--port", "0", "--max-running", "16",
                           "--kv-blocks", "300"],
                          stderr=subprocess.PIPE, text=True)
port = int(re.search(r":(\d+)/v1", server.stderr.readline()).group(1))
end = time.time() + 60 * MINUTES
counts, lock = {}, threading.Lock()


def note(kind):
    with lock:
        counts[kind] = counts.get(kind, 0) + 1


def post(body, path="/v1/completions", length=None):
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    return head.encode() + body


def ask(**fields):
    return json.dumps({"model": MODEL, "prompt": "Once upon a time", "max_tokens": 4, **fields}).encode()


def garbage(s, r):
    s.sendall(bytes(r.randrange(256) for _ in range(r.randrange(1, 3000))))
    s.recv(4096)


def damaged(s, r):
    body = bytearray(ask(stop=["x"], n=2, logit_bias={"5": 1}, response_format={"type": "json_object"}))
    for _ in range(r.randrange(1, 6)):
        body[r.randrange(len(body))] = r.randrange(256)
    s.sendall(post(bytes(body)))
    s.recv(4096)


def deep(s, r):
    s.sendall(post(b"[" * r.randrange(1, 200_000)))
    s.recv(4096)


def oversized(s, r):
    s.sendall(post(b"", length=r.choice([5 << 20, 1 << 40, 10 ** 30])))
    for _ in range(r.randrange(0, 90)):
        s.sendall(b"x" * 65536)


def chunks(s, r):
    s.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(r.randrange(1, 100)):
        s.sendall(b"10000\r\n" + b"y" * 65536 + b"\r\n")
    s.sendall(r.choice([b"0\r\n\r\n", b"zz\r\n", b""]))
    s.recv(4096)


def slow_head(s, r):
    for byte in b"POST /v1/completions HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 200:
        s.sendall(bytes([byte]))
        time.sleep(r.uniform(0.1, 0.5))


def slow_body(s, r):
    data = post(ask())
    s.sendall(data[:-20])
    for byte in data[-20:]:
        time.sleep(r.uniform(0.5, 3))
        s.sendall(bytes([byte]))
    s.recv(4096)


def slow_reader(s, r):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    s.sendall(post(ask(max_tokens=2000, stream=True, ignore_eos=True, logprobs=20, n=4)))
    for _ in range(20):
        time.sleep(1)
        s.recv(100)


def vanishing(s, r):
    s.sendall(post(ask(max_tokens=4000, stream=r.random() < 0.5, ignore_eos=True, n=r.randrange(1, 5))))
    time.sleep(r.uniform(0, 0.5))


def flood(s, r):
    s.sendall(post(ask()) * r.randrange(2, 20))
    time.sleep(r.uniform(0, 1))


def idle(s, r):
    time.sleep(r.uniform(1, 40))


ATTACKS = [garbage, damaged, deep, oversized, chunks, slow_head, slow_body, slow_reader, vanishing, flood, idle]


def torment(seed):
    r = random.Random(seed)
    while time.time() < end:
        attack = r.choice(ATTACKS)
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
                attack(s, r)
        except OSError:
            pass
        note(attack.__name__)


def get(path):
    return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60).read().decode()


def metric(name):
    return sum(float(line.rsplit(" ", 1)[1]) for line in get("/metrics").splitlines()
               if line.startswith((name + "{", name + " ")))


threads = [threading.Thread(target=torment, args=(seed,), daemon=True) for seed in range(24)]
for thread in threads:
    thread.start()
faults, memory, slowest = [], [], 0
while time.time() < end and server.poll() is None:
    time.sleep(2)
    began = time.time()
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/completions", ask())
        urllib.request.urlopen(request, timeout=120).read()
    except urllib.error.HTTPError as error:
        if error.code != 429:
            faults.append(f"a good request got {error.code}: {error.read().decode()}")
    except OSError as error:
        faults.append(f"a good request failed: {error}")
    slowest = max(slowest, time.time() - began)
    memory.append(metric("process_resident_memory_bytes") / 1e6)
for thread in threads:
    thread.join(60)
deadline = time.time() + 90
while metric("vllm:num_requests_running") + metric("vllm:num_requests_waiting") and time.time() < deadline:
    time.sleep(0.5)
for name in ("vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"):
    if metric(name):
        faults.append(f"{name} is {metric(name)} when nobody asks any more")
third = len(memory) // 3
early, late = max(memory[:third] + memory[:1]), max(memory[-third:] + memory[-1:])
if third >= 5 and late > early * 1.1 + 20:
    faults.append(f"memory grew from {early:.0f} to {late:.0f} MB")
server.send_signal(signal.SIGTERM)
if server.wait(60) != 0:
    faults.append(f"it ended with {server.returncode}")
print(f"{sum(counts.values())} attacks: " + ", ".join(f"{n} {k}" for k, n in sorted(counts.items())))
print(f"good requests: {len(memory)}, the slowest {slowest:.1f} s; memory {early:.0f} MB early, {late:.0f} MB late")
for fault in faults[:20]:
    print("FAILED:", fault)
sys.exit(bool(faults))
