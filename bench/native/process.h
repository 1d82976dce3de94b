/* What every program of the measurement is asked alike, and a clock. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdint.h>

/** Nanoseconds since some moment; never goes back. */
uint64_t now_ns(void);

/** Says on standard error why nothing can go on, and ends the process. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/** Answers a question, in one line on standard output: `value` is JSON. */
void answer(const char *value_format, ...) __attribute__((format(printf, 1, 2)));
/** Answers that what was asked could not be done. `why` needs no escaping in JSON. */
void answer_error(const char *why);
/** Answers with CPU time so far and memory now, as the operating system counts them. */
void answer_usage(void);

/** `malloc` and `realloc` that end the process instead of failing. */
void *allocate(void *old, uint64_t bytes);

/** Lines that come in on standard input. */
struct lines {
  char *bytes;
  uint64_t length;
};
/** Reads what is there. False at the end of the input: whoever asks is gone. */
int read_lines(struct lines *lines);
/** The first line that is there as a whole, without its end, for the caller to free; NULL when there is none. */
char *take_line(struct lines *lines);

#endif
