# The first prompt: median of 20 starts on a terminal, against 50 ms.
start
finish
check 'the first prompt comes within 50 ms' python3 - "$program" <<'PYTHON'
import os, pty, sys, time
times = []
for _ in range(20):
    start = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.argv[1], [sys.argv[1], "-q"], dict(os.environ, TERM="xterm-256color"))
    seen = b""
    while b"[1]> " not in seen:
        seen += os.read(terminal, 4096)
    times.append((time.perf_counter() - start) * 1000)
    os.write(terminal, b"\x04")
    try:
        while os.read(terminal, 4096): pass
    except OSError: pass
    os.waitpid(child, 0)
    os.close(terminal)
times.sort()
print("      median %.1f ms, fastest %.1f, slowest %.1f" % (times[10], times[0], times[-1]))
sys.exit(times[10] > 50)
PYTHON
