/*
 * The peer in C, as one would write it on libzmq by hand: blocking loops, one reused zmq_msg_t.
 *
 *   peer ROLE ADDRESS SIZE PARTS HWM CHUNK WARM SECONDS MODE MANY
 *
 * harness/roles.ts says what they are. What binds prints "endpoint ADDRESS"; what measures prints
 * "result JSON". The program that starts a peer ends it.
 */

#include "common.h"

/* PULL: as many messages a second as come. MODE "sum" reads every byte; "connect" connects. */
static void role_receive(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_PULL, job);
  if (strcmp(job->mode, "connect") == 0) MUST(zmq_connect(socket, job->address));
  else bind_and_tell(socket, job);
  int every_byte = strcmp(job->mode, "sum") == 0;
  Meter meter = new_meter(job);
  zmq_msg_t part;
  zmq_msg_init(&part);
  for (;;) {
    do {
      MUST(zmq_msg_recv(&part, socket, 0));
      look(&part, every_byte);
    } while (zmq_msg_more(&part));
    count_one(&meter);
  }
}

/* One whose bytes are made for it, and given away with it. */
static void send_fresh(void *socket, const Job *job, const char *payload) {
  zmq_msg_t message;
  MUST(zmq_msg_init_size(&message, job->size));
  memcpy(zmq_msg_data(&message), payload, job->size);
  MUST(zmq_msg_send(&message, socket, 0));
}

static void send_message(void *socket, const Job *job, const char *payload) {
  for (int i = 1; i < job->parts; i++) MUST(zmq_send(socket, payload, job->size, ZMQ_SNDMORE));
  MUST(zmq_send(socket, payload, job->size, 0));
}

/* PUSH: sends indefinitely; MANY messages a second, or without a limit where that is 0. MODE "fresh": new bytes each time. */
static void role_send(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_PUSH, job);
  MUST(zmq_connect(socket, job->address));
  const char *payload = new_payload(job->size);
  if (strcmp(job->mode, "fresh") == 0) for (;;) send_fresh(socket, job, payload);
  if (job->many == 0) for (;;) send_message(socket, job, payload);
  /* A few messages each millisecond, or one each few milliseconds: an even flow. */
  double begin = WALL();
  for (int64_t sent = 0;;) {
    int64_t due = (int64_t) ((WALL() - begin) * job->many);
    for (; sent < due; sent++) send_message(socket, job, payload);
    double pause = job->many > 1000 ? 0.001 : 1.0 / job->many;
    struct timespec t = { 0, (long) (pause * 1e9) };
    nanosleep(&t, NULL);
  }
}

/* PULL to PUSH, by libzmq's own loop. */
static void role_proxy(const Job *job) {
  void *context = zmq_ctx_new();
  void *front = open_socket(context, ZMQ_PULL, job), *back = open_socket(context, ZMQ_PUSH, job);
  bind_and_tell(front, job);
  bind_and_tell(back, job);
  MUST(zmq_proxy(front, back, NULL));
}

/* PUSH: connects, and sends nothing. */
static void role_silence(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_PUSH, job);
  MUST(zmq_connect(socket, job->address));
  for (;;) pause();
}

/* REP: gives back what comes. */
static void role_echo(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_REP, job);
  bind_and_tell(socket, job);
  zmq_msg_t part;
  zmq_msg_init(&part);
  for (;;) {
    MUST(zmq_msg_recv(&part, socket, 0));
    MUST(zmq_msg_send(&part, socket, 0));
  }
}

/* REQ: how long a request and its answer take. */
static void role_ping(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_REQ, job);
  MUST(zmq_connect(socket, job->address));
  const char *payload = new_payload(job->size);
  int limit = 1000000, count = 0;
  double *times = malloc(limit * sizeof *times);
  zmq_msg_t part;
  zmq_msg_init(&part);
  double warm = WALL() + job->warm, end = warm + job->seconds;
  for (double now = WALL(); now < end && count < limit;) {
    double begin = WALL();
    MUST(zmq_send(socket, payload, job->size, 0));
    MUST(zmq_msg_recv(&part, socket, 0));
    look(&part, 0);
    now = WALL();
    if (now > warm) times[count++] = now - begin;
  }
  print_times(times, count);
}

/* PUSH and PULL on one thread, by turns, CHUNK messages each: the CPU time of both halves. */
static void role_inproc(const Job *job) {
  void *context = zmq_ctx_new();
  void *pull = open_socket(context, ZMQ_PULL, job), *push = open_socket(context, ZMQ_PUSH, job);
  MUST(zmq_bind(pull, "inproc://bench"));
  MUST(zmq_connect(push, "inproc://bench"));
  const char *payload = new_payload(job->size);
  zmq_msg_t part;
  zmq_msg_init(&part);
  double sending = 0, receiving = 0;
  int64_t count = 0;
  double warm = WALL() + job->warm, end = warm + job->seconds;
  for (double now = WALL(); now < end; now = WALL()) {
    double start = CPU();
    for (int i = 0; i < job->chunk; i++) send_message(push, job, payload);
    double middle = CPU();
    for (int i = 0; i < job->chunk; i++) {
      do {
        MUST(zmq_msg_recv(&part, pull, ZMQ_DONTWAIT));
        look(&part, 0);
      } while (zmq_msg_more(&part));
    }
    if (now < warm) continue;
    sending += middle - start;
    receiving += CPU() - middle;
    count += job->chunk;
  }
  printf("result {\"send\":%.3f,\"receive\":%.3f}\n", sending * 1e9 / count, receiving * 1e9 / count);
}

/* PULL: the CPU time that waiting for few messages takes, in percent of a core. */
static void role_load(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_PULL, job);
  bind_and_tell(socket, job);
  zmq_msg_t part;
  zmq_msg_init(&part);
  int timeout = job->many == 0 ? (int) (job->seconds * 1000) : 20;
  MUST(zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout, sizeof timeout));
  double warm = WALL() + job->warm;
  while (job->many > 0 && WALL() < warm) zmq_msg_recv(&part, socket, 0);
  double begin = WALL(), cpu = CPU(), end = begin + job->seconds;
  int64_t count = 0;
  while (WALL() < end) if (zmq_msg_recv(&part, socket, 0) >= 0) count++;
  double taken = WALL() - begin;
  printf("result {\"load\":%.4f,\"rate\":%.1f}\n", (CPU() - cpu) / taken * 100, count / taken);
}

static const struct {
  const char *name;
  void (*run)(const Job *);
} roles[] = {
  { "receive", role_receive }, { "send", role_send },           { "silence", role_silence },
  { "echo", role_echo },       { "ping", role_ping },           { "inproc", role_inproc },
  { "load", role_load },       { "publish", role_publish },     { "subscribe", role_subscribe },
  { "router", role_router },   { "dealers", role_dealers },     { "crowd", role_crowd },
  { "memory", role_memory },   { "proxy", role_proxy },         { "pace", role_pace },
  { "latency", role_latency },
};

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "version") == 0) {
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    printf("%d.%d.%d\n", major, minor, patch);
    return 0;
  }
  if (argc != 11) {
    fprintf(stderr, "peer ROLE ADDRESS SIZE PARTS HWM CHUNK WARM SECONDS MODE MANY\n");
    return 2;
  }
  Job job = { argv[2], strtoul(argv[3], NULL, 10), atoi(argv[4]), atoi(argv[5]), atoi(argv[6]),
              atof(argv[7]), atof(argv[8]), argv[9], atoi(argv[10]) };
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
    if (strcmp(argv[1], roles[i].name) != 0) continue;
    roles[i].run(&job);
    fflush(stdout);
    _Exit(0); /* at once, whatever is open */
  }
  fprintf(stderr, "there is no role %s\n", argv[1]);
  return 2;
}
