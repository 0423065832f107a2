/* What the peers written in C share: arguments, sockets, clocks, and the meter. */

#ifndef COMMON_H
#define COMMON_H

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define MUST(call) must((call) >= 0, #call)

static inline void must(int ok, const char *call) {
  if (ok) return;
  fprintf(stderr, "%s: %s\n", call, zmq_strerror(zmq_errno()));
  exit(1);
}

/* Seconds: by the wall, and the CPU time of the whole process. */
static inline double clock_of(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}
#define WALL() clock_of(CLOCK_MONOTONIC)
#define CPU() clock_of(CLOCK_PROCESS_CPUTIME_ID)

/* What every role is told; see harness/roles.ts. */
typedef struct {
  const char *address; /* to bind to, or to connect to */
  size_t size;         /* of a part, in bytes */
  int parts;
  int hwm;
  int chunk;           /* the clock is read once in so many messages */
  double warm, seconds;
  const char *mode;    /* the role's own */
  int many;            /* peers, idle descriptors, messages a second: the role's own */
} Job;

static inline void *open_socket(void *context, int type, const Job *job) {
  void *socket = zmq_socket(context, type);
  must(socket != NULL, "zmq_socket");
  MUST(zmq_setsockopt(socket, ZMQ_SNDHWM, &job->hwm, sizeof job->hwm));
  MUST(zmq_setsockopt(socket, ZMQ_RCVHWM, &job->hwm, sizeof job->hwm));
  return socket;
}

static inline void bind_and_tell(void *socket, const Job *job) {
  char address[256];
  size_t length = sizeof address;
  MUST(zmq_bind(socket, job->address));
  MUST(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &length));
  printf("endpoint %s\n", address);
  fflush(stdout);
}

/* Counts messages from the end of the warm-up on, until the time is over; then it prints and exits. */
typedef struct {
  int chunk, left;
  double warm, seconds, first, begin, cpu;
  int64_t count, counted;
} Meter;

static inline Meter new_meter(const Job *job) {
  Meter meter = { .chunk = job->chunk, .left = job->chunk, .warm = job->warm, .seconds = job->seconds };
  return meter;
}

static inline void mark(Meter *meter) {
  double now = WALL();
  meter->left = meter->chunk;
  meter->count += meter->chunk;
  if (meter->first == 0) meter->first = now;
  if (meter->begin == 0) {
    if (now - meter->first < meter->warm) return;
    meter->begin = now;
    meter->cpu = CPU();
    meter->counted = meter->count;
  } else if (now - meter->begin >= meter->seconds) {
    double count = meter->count - meter->counted;
    printf("result {\"rate\":%.1f,\"cpu\":%.2f}\n", count / (now - meter->begin),
           (CPU() - meter->cpu) * 1e9 / count);
    fflush(stdout);
    _Exit(0);
  }
}

static inline void count_one(Meter *meter) {
  if (--meter->left == 0) mark(meter);
}

/* Something to send: bytes that differ. */
static inline char *new_payload(size_t size) {
  char *payload = malloc(size + 1);
  for (size_t i = 0; i < size; i++) payload[i] = (char) (i * 7 + 1);
  return payload;
}

static volatile uint64_t sink;

/* Looks at a part as a program would that only needs its beginning, or at every byte of it. */
static inline void look(zmq_msg_t *part, int every_byte) {
  const unsigned char *data = zmq_msg_data(part);
  size_t size = zmq_msg_size(part);
  uint64_t sum = size + (size > 0 ? data[0] : 0);
  if (every_byte) for (size_t i = 0; i < size; i++) sum += data[i];
  sink += sum;
}

static inline int by_number(const void *a, const void *b) {
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* Sorts times, in seconds, and prints their median and 99th percentile in µs. */
static inline void print_times(double *times, int count) {
  qsort(times, count, sizeof *times, by_number);
  printf("result {\"median\":%.3f,\"p99\":%.3f,\"count\":%d}\n", times[count / 2] * 1e6,
         times[(int) (count * 0.99)] * 1e6, count);
  fflush(stdout);
}

void role_publish(const Job *job);
void role_subscribe(const Job *job);
void role_router(const Job *job);
void role_dealers(const Job *job);
void role_crowd(const Job *job);
void role_memory(const Job *job);
void role_pace(const Job *job);
void role_latency(const Job *job);

#endif
