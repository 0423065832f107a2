/* The roles in C that measure how long a message is under way, at a fixed rate. */

#include "common.h"
#include <sys/prctl.h>

/* PUSH: MANY messages a second, evenly, each with the time of its sending. */
void role_pace(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_PUSH, job);
  MUST(zmq_connect(socket, job->address));
  char *payload = new_payload(job->size);
  prctl(PR_SET_TIMERSLACK, 1);
  double begin = WALL();
  for (int64_t i = 1;; i++) {
    double due = begin + (double) i / job->many;
    struct timespec until = { (time_t) due, (long) ((due - (time_t) due) * 1e9) };
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    double now = WALL();
    memcpy(payload, &now, sizeof now);
    MUST(zmq_send(socket, payload, job->size, 0));
  }
}

/* PULL: how long messages were under way, and the CPU time meanwhile, in percent of a core. */
void role_latency(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_PULL, job);
  bind_and_tell(socket, job);
  int limit = 1000000, count = 0;
  double *times = malloc(limit * sizeof *times);
  double warm = WALL() + job->warm, begin = 0, cpu = 0;
  zmq_msg_t part;
  zmq_msg_init(&part);
  for (;;) {
    MUST(zmq_msg_recv(&part, socket, 0));
    double now = WALL(), sent;
    memcpy(&sent, zmq_msg_data(&part), sizeof sent);
    if (now < warm) continue;
    if (begin == 0) begin = now, cpu = CPU();
    if (now >= begin + job->seconds || count == limit) break;
    times[count++] = now - sent;
  }
  double load = (CPU() - cpu) / (WALL() - begin) * 100;
  qsort(times, count, sizeof *times, by_number);
  printf("result {\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"load\":%.4f,\"count\":%d}\n",
         times[count / 2] * 1e6, times[(int) (count * 0.99)] * 1e6,
         times[(int) (count * 0.999)] * 1e6, load, count);
}
