/*
 * What macOS has and Linux lacks, made of what Linux has; and what macOS lacks, which ends the process if it's called.
 * The tests build a library of this and libzmq, in whose symbols the library finds these first.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Groups and queues of libdispatch: each work has a thread of its own, which blocks signals as Apple's do. */

struct object {
  int references;
  int works;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void change(struct object *object, int references, int works) {
  pthread_mutex_lock(&mutex);
  object->references += references;
  object->works += works;
  int unused = object->references == 0;
  pthread_mutex_unlock(&mutex);
  if (unused) free(object);
}

static struct object *make(void) {
  struct object *object = calloc(1, sizeof *object);
  object->references = 1;
  return object;
}

void *dispatch_group_create(void) { return make(); }

void *dispatch_queue_create(const char *label, void *attributes) {
  if (label == NULL || attributes != NULL) abort();
  return make();
}

void dispatch_release(struct object *object) { change(object, -1, 0); }

struct work {
  struct object *group;
  struct object *queue;
  void *context;
  void (*function)(void *);
};

static void *run(void *argument) {
  struct work work = *(struct work *)argument;
  free(argument);
  work.function(work.context);
  change(work.queue, -1, -1);
  change(work.group, -1, -1);
  return NULL;
}

void dispatch_group_async_f(struct object *group, struct object *queue, void *context,
                            void (*function)(void *)) {
  struct work *work = malloc(sizeof *work);
  *work = (struct work){group, queue, context, function};
  change(group, 1, 1);
  change(queue, 1, 1);
  pthread_t thread;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  if (pthread_create(&thread, NULL, run, work) != 0) abort();
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_detach(thread);
}

intptr_t dispatch_group_wait(struct object *group, uint64_t timeout) {
  if (timeout != 0) abort(); /* to wait here would block the thread of JavaScript */
  pthread_mutex_lock(&mutex);
  int works = group->works;
  pthread_mutex_unlock(&mutex);
  return works == 0 ? 0 : 49;
}

/* What macOS lacks. */

#define LACKS(name)                                                       \
  void lacks_##name(void) __asm__(#name);                                 \
  void lacks_##name(void) {                                               \
    fprintf(stderr, "macOS has no " #name ", and it was called\n");       \
    abort();                                                              \
  }

LACKS(epoll_create1)
LACKS(epoll_ctl)
LACKS(epoll_wait)
LACKS(eventfd)
LACKS(timerfd_create)
LACKS(timerfd_settime)
LACKS(gettid)
LACKS(pthread_getcpuclockid)
LACKS(pthread_mutexattr_setrobust)
LACKS(pthread_mutex_consistent)
LACKS(bindtextdomain)
LACKS(sigblock)
