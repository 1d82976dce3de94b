#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
  fputc('\n', stderr);
  exit(1);
}

void answer(const char *value_format, ...) {
  va_list values;
  va_start(values, value_format);
  printf("{\"ok\":true,\"value\":");
  vprintf(value_format, values);
  va_end(values);
  printf("}\n");
  fflush(stdout);
}

void answer_error(const char *why) {
  printf("{\"ok\":false,\"error\":\"%s\"}\n", why);
  fflush(stdout);
}

void answer_usage(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  const uint64_t micros = (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000u +
                          (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  unsigned long long resident = 0;
  FILE *statm = fopen("/proc/self/statm", "r");
  if (statm) {
    if (fscanf(statm, "%*u %llu", &resident) != 1) resident = 0;
    fclose(statm);
  }
  answer("{\"cpuMicros\":%llu,\"residentBytes\":%llu,\"commits\":0}", (unsigned long long)micros,
         resident * (unsigned long long)sysconf(_SC_PAGESIZE));
}

void *allocate(void *old, uint64_t bytes) {
  void *memory = realloc(old, bytes);
  if (!memory) fail("out of memory");
  return memory;
}

int read_lines(struct lines *lines) {
  char bytes[65536];
  const ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
  if (length <= 0) return 0;
  lines->bytes = allocate(lines->bytes, lines->length + (uint64_t)length);
  memcpy(lines->bytes + lines->length, bytes, (size_t)length);
  lines->length += (uint64_t)length;
  return 1;
}

char *take_line(struct lines *lines) {
  char *end = lines->length > 0 ? memchr(lines->bytes, '\n', lines->length) : NULL;
  if (!end) return NULL;
  const uint64_t length = (uint64_t)(end - lines->bytes);
  char *line = strndup(lines->bytes, length);
  lines->length -= length + 1;
  memmove(lines->bytes, end + 1, lines->length);
  return line;
}
