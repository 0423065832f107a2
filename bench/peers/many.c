/* The roles in C with many peers or many descriptors. */

#include "common.h"
#include <sys/eventfd.h>

/* XPUB: publishes indefinitely, once MANY subscriptions have come. Slow subscribers hold it up. */
void role_publish(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_XPUB, job);
  int on = 1;
  MUST(zmq_setsockopt(socket, ZMQ_XPUB_NODROP, &on, sizeof on));
  MUST(zmq_setsockopt(socket, ZMQ_XPUB_VERBOSE, &on, sizeof on));
  bind_and_tell(socket, job);
  char subscription[2];
  for (int i = 0; i < job->many; i++) MUST(zmq_recv(socket, subscription, sizeof subscription, 0));
  const char *payload = new_payload(job->size);
  for (;;) MUST(zmq_send(socket, payload, job->size, 0));
}

/* MANY SUBs on one thread; a message counts when each has got it. */
void role_subscribe(const Job *job) {
  void *context = zmq_ctx_new();
  int many = job->many;
  zmq_pollitem_t *items = calloc(many, sizeof *items);
  for (int i = 0; i < many; i++) {
    items[i].socket = open_socket(context, ZMQ_SUB, job);
    items[i].events = ZMQ_POLLIN;
    MUST(zmq_setsockopt(items[i].socket, ZMQ_SUBSCRIBE, "", 0));
    MUST(zmq_connect(items[i].socket, job->address));
  }
  Meter meter = new_meter(job);
  zmq_msg_t part;
  zmq_msg_init(&part);
  int64_t received = 0;
  for (;;) {
    MUST(zmq_poll(items, many, -1));
    for (int i = 0; i < many; i++) {
      while (zmq_msg_recv(&part, items[i].socket, ZMQ_DONTWAIT) >= 0) {
        look(&part, 0);
        if (++received % many == 0) count_one(&meter);
      }
    }
  }
}

/* ROUTER: gives each request back to where it came from. */
void role_router(const Job *job) {
  void *socket = open_socket(zmq_ctx_new(), ZMQ_ROUTER, job);
  int backlog = 2000;
  MUST(zmq_setsockopt(socket, ZMQ_BACKLOG, &backlog, sizeof backlog));
  bind_and_tell(socket, job);
  zmq_msg_t part;
  zmq_msg_init(&part);
  for (;;) {
    MUST(zmq_msg_recv(&part, socket, 0));
    int more = zmq_msg_more(&part);
    MUST(zmq_msg_send(&part, socket, more ? ZMQ_SNDMORE : 0));
  }
}

/* MANY DEALERs on one thread: all ask, then all read; at least 100 requests are under way at a time. */
void role_dealers(const Job *job) {
  void *context = zmq_ctx_new();
  int many = job->many, window = many < 100 ? 100 / many : 1;
  MUST(zmq_ctx_set(context, ZMQ_MAX_SOCKETS, many + 10));
  void **sockets = malloc(many * sizeof *sockets);
  for (int i = 0; i < many; i++) {
    sockets[i] = open_socket(context, ZMQ_DEALER, job);
    MUST(zmq_connect(sockets[i], job->address));
  }
  const char *payload = new_payload(job->size);
  Meter meter = new_meter(job);
  zmq_msg_t part;
  zmq_msg_init(&part);
  for (;;) {
    for (int i = 0; i < many; i++)
      for (int k = 0; k < window; k++) MUST(zmq_send(sockets[i], payload, job->size, 0));
    for (int i = 0; i < many; i++)
      for (int k = 0; k < window; k++) {
        MUST(zmq_msg_recv(&part, sockets[i], 0));
        count_one(&meter);
      }
  }
}

/*
 * A request's time by zmq_poll, among MANY others that are silent: plain descriptors ("descriptors"),
 * or sockets ("sockets").
 */
void role_crowd(const Job *job) {
  void *context = zmq_ctx_new();
  int many = job->many, sockets = strcmp(job->mode, "sockets") == 0;
  MUST(zmq_ctx_set(context, ZMQ_MAX_SOCKETS, many + 10));
  zmq_pollitem_t *items = calloc(many + 1, sizeof *items);
  for (int i = 0; i <= many; i++) {
    items[i].events = ZMQ_POLLIN;
    if (i == 0) items[i].socket = open_socket(context, ZMQ_REQ, job);
    else if (sockets) items[i].socket = open_socket(context, ZMQ_PULL, job);
    else must((items[i].fd = eventfd(0, EFD_CLOEXEC)) >= 0, "eventfd");
  }
  void *socket = items[0].socket;
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
    do MUST(zmq_poll(items, many + 1, -1));
    while (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0);
    now = WALL();
    if (now > warm) times[count++] = now - begin;
  }
  print_times(times, count);
}

static double resident(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  must(file != NULL && fscanf(file, "%*s %ld", &pages) == 1, "/proc/self/statm");
  fclose(file);
  return pages * 4096.0;
}

/* The memory of MANY sockets, in kB each. */
void role_memory(const Job *job) {
  void *context = zmq_ctx_new();
  MUST(zmq_ctx_set(context, ZMQ_MAX_SOCKETS, job->many + 10));
  open_socket(context, ZMQ_PULL, job);
  double before = resident();
  for (int i = 0; i < job->many; i++) open_socket(context, ZMQ_PULL, job);
  printf("result {\"each\":%.3f}\n", (resident() - before) / job->many / 1000);
}
