/* The account of who has which message, and of how long each delivery took. */
#ifndef AUDIT_H
#define AUDIT_H

#include <stdint.h>

/** What became of the messages that were sent since the last `audit_begin`. */
struct verdict {
  uint64_t messages, deliveries, missing, doubled;
  /** Milliseconds from send to delivery, over all deliveries, to 0.01 ms. */
  double p50, p99, max;
};

void audit_begin(void);
/** A message is being sent into a room with so many seats; `own`, if not negative, is a seat that does not read it. The message's number. */
uint32_t audit_send(uint32_t room, uint32_t seats, int64_t own, uint64_t now);
/** A seat of a room read a message. True when everybody has it now. */
int audit_receive(uint32_t number, uint32_t room, uint32_t seat, uint64_t now);
/** Messages that not everybody has yet. */
uint64_t audit_incomplete(void);
struct verdict audit_verdict(void);

#endif
