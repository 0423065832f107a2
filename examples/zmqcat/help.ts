/** The answer to `--help`. */
export const HELP = `\
zmqcat connects a file, or standard input and output, with a ZeroMQ socket.

  zmqcat TYPE --bind ADDRESS | --connect ADDRESS ... [options]

Types
  push, pub       send what is read, message by message
  pull, sub       print what is received
  req             sends a message, prints the reply, sends the next one, and so on
  rep             prints each request, and answers it
  dealer, pair    send what is read, and print what is received meanwhile
  xpub, xsub      as dealer; what xpub receives, and xsub sends, are subscriptions: a byte 1 and the
                  topic (a byte 0 takes it back)
  router, stream  as dealer, with the peer's routing id before each message, and a tab between them;
                  stream's peers are plain TCP programs

Either side may bind, and either may be started first: push waits for a receiver, pub and xpub wait for
the first subscriber, and then for the slowest one. Nothing is read faster than it's taken.

Addresses
  tcp://127.0.0.1:5555     a port of one interface; tcp://*:5555 binds to all interfaces
  tcp://127.0.0.1:*        to bind to a free port
  tcp://[::1]:5555         the same by IPv6
  ipc:///tmp/some.socket   a path, for processes on one machine. If a sender ends while its receiver's
                           queue is full, libzmq loses the rest over ipc, though never over tcp. So
                           that queue has no limit here, unless --hwm sets one: for more than fits
                           into memory, and a reader slower than the sender, take tcp
  Where the system chooses a part of the address, "endpoint ADDRESS" on standard error tells it.
  --bind ADDRESS           accept peers here
  --connect ADDRESS        find a peer there, and keep trying until it's there
  Both can be given several times, and together.

What is read (push, pub, req, dealer, pair, xpub, xsub, router, stream)
  --file FILE     read this instead of standard input; - is standard input
  --lines         a message for each line, without its end, which stream alone sends; the default
  --nul           a message for each part that a NUL byte ends
  --chunk BYTES   messages of so many bytes at most, sent as soon as they're read
  --whole         all of it is one message
  --rate N/s      at most so many messages a second

What is printed (pull, sub, req, rep, dealer, pair, xpub, xsub, router, stream)
  --output FILE   write this instead of standard output; what was in it is lost; - is standard output
                  text, the default: each message's bytes, and a line's end, or with --nul a NUL
                  byte. Tabs stand between a message's frames
  --raw           the bytes alone
  --hex           a line for each message, in hexadecimal digits, with spaces between frames
  --json          a line for each message: {"frames": [...], "metadata": {...}}. A frame that isn't
                  UTF-8 is {"hex": "..."}; the metadata are what is known of the peer

Frames
  --frame-separator TEXT   what is read is cut here into frames, and this stands between them where
                           they're printed. \\t, \\n, \\r, \\0, \\\\ and \\xNN stand for single bytes
  Without it, a message that is sent is one frame; a router's is cut at all tabs, a stream's at the
  first. A routing id is text, or 0x and hexadecimal digits where it's no printable text.

Topics
  --topic TOPIC   sub: receive what begins so; several can be given. Without any, all is received
                  xsub: the same, but without any nothing is received until a subscription was sent
                  pub, xpub: the first frame of each message

Replies (rep); without them the request itself is the reply
  --reply TEXT         always the same
  --reply-exec COMMAND what this shell command prints, without the last line's end unless --raw is
                       given; the request's bytes are its standard input

The end
  push, pub and req end with their input. The others go on receiving until something else ends them.
  --count N       after so many messages: received ones, or for push and pub sent ones
  --timeout MS    after so long without a message, if it's the peer that is waited for. That's a
                  failure for push, pub and req, and where --count or --end-marker were to end it
  --end-marker    after the last message, push, pub, dealer, pair, xpub and xsub send one more of two
                  frames: an empty one, and the number of all messages' bytes in decimal digits (pub's
                  and xpub's topic stands before). With this option, pull, sub, dealer, pair, xpub and
                  xsub end when it comes, and their own was sent. They fail if they have received
                  another number of bytes: then several receivers have shared the messages, several
                  senders have sent some, or one has taken another's place. While no such message
                  comes, because a sender was killed, say, they wait on
  --linger MS     how long the messages sent may take to be delivered at the end. Default: for push,
                  pub, rep and with --end-marker as long as it needs; otherwise 400

Options for all
  --hwm N         queue at most so many messages for a peer, in each direction; 0 for no limit
  --sha256        at the end, print "sha256 HASH" of all messages' bytes on standard error: of those
                  received, or for push and pub of those sent
  --summary       at the end, print messages, bytes and rate on standard error
  -q, --quiet     no progress, and no messages but errors
  -h, --help      print this
  While standard error is a terminal, it shows the progress; not so while the data themselves are
  typed or printed on a terminal.

Signals
  Ctrl-C (SIGINT), SIGTERM and SIGHUP end it. Everything that was received is written. No end marker
  is sent. A second signal ends it at once.

Status
  0    everything was handed to a peer; what was to come has come, and was written
  1    something failed, took too long, or the file isn't whole; a line on standard error says what
  2    the arguments are wrong
  129  ended by SIGHUP; 130 by SIGINT; 143 by SIGTERM
  141  no one reads standard output any more

Permissions
  --allow-ffi, for libzmq. --allow-read and --allow-write, or with the =FILE only, for --file and
  --output. --allow-run=/bin/sh for --reply-exec.

Examples
  A file, byte by byte, with the proof that all of it came:
  zmqcat pull --bind tcp://127.0.0.1:5555 --raw --end-marker --sha256 --output copy
  zmqcat push --connect tcp://127.0.0.1:5555 --chunk 65536 --end-marker --sha256 --file original

  A folder:
  zmqcat pull --connect ipc:///tmp/folder --raw --end-marker | tar x
  tar c folder | zmqcat push --bind ipc:///tmp/folder --chunk 65536 --end-marker

  A log for all who want it, and the lines of it that begin with "error":
  tail -f log | zmqcat pub --bind tcp://*:5556
  zmqcat sub --connect tcp://127.0.0.1:5556 --topic error

  A server for upper-case letters, and a question to it:
  zmqcat rep --bind tcp://127.0.0.1:5557 --reply-exec "tr a-z A-Z"
  echo hello | zmqcat req --connect tcp://127.0.0.1:5557 --timeout 1000

  where zmqcat is: deno run --allow-ffi --allow-read --allow-write examples/zmqcat.ts
`;
