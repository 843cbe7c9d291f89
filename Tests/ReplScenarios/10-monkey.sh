# Random keys, pastes, resizes and signals: whatever comes, the session answers afterwards.
start
finish
check 'three thousand random keys leave the session alive' python3 - "$program" <<'PYTHON'
import fcntl, os, pty, random, select, signal, struct, sys, termios, time
random.seed(20)
keys = [b"a", b"x = 1", b"print(", b")", b'"', b"{", b"\xe4\xbd\xa0\xe5\xa5\xbd", b"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
        b"e\xcc\x81", b"\r", b"\t", b"\x7f", b"\x01", b"\x05", b"\x0b", b"\x15", b"\x17", b"\x19", b"\x1f", b"\x12", b"\x07", b"\x14", b"\x0c",
        b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[1;5D", b"\x1b[1;5C", b"\x1b[3~", b"\x1b[H", b"\x1b[F", b"\x1b\r", b"\x1bh", b"\x1b[Z",
        b"\x1b", b"\x1b[99;99~", b"\x1b]0;x\x07", b"\xff\xfe", b"\x00", b"\x1b[200~do\r\n\ty()\nend\x1b[201~", b"for i = 1, 2 do\r", b"end\r", b" "]
child, terminal = pty.fork()
if child == 0:
    os.execve(sys.argv[1], [sys.argv[1], "-q"], dict(os.environ, TERM="xterm-256color", VISUAL="true"))
def read(seconds):
    seen, end = b"", time.time() + seconds
    while time.time() < end:
        if select.select([terminal], [], [], 0.02)[0]: seen += os.read(terminal, 65536)
    return seen
# Keys that come before editing begins reach the terminal, not the program; and three interruptions of
# one run end the program on purpose, so each waits until editing has begun again.
def until_editing(seconds):
    seen, end = b"", time.time() + seconds
    while b"\x1b[?2004h" not in seen and time.time() < end: seen += read(0.01)
until_editing(30)
for step in range(3000):
    pick = random.random()
    if pick < 0.03:
        size = struct.pack("HHHH", random.randint(2, 40), random.randint(8, 120), 0, 0)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
    elif pick < 0.05:
        os.write(terminal, b"\x03")
        until_editing(10)
    else: os.write(terminal, random.choice(keys))
    while select.select([terminal], [], [], 0)[0]: os.read(terminal, 65536)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
for attempt in range(20):
    os.write(terminal, b"\x07\x03")
    until_editing(10)
    os.write(terminal, b'"al" .. "ive"\r')
    if b"alive" in read(1): break
else:
    sys.exit("      it does not answer")
os.write(terminal, b"\x03\x04")
end = time.time() + 10
while time.time() < end:
    try: os.read(terminal, 65536)
    except OSError: break
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
PYTHON
