#include "audit.h"

#include <stdlib.h>
#include <string.h>

#include "process.h"

/* Steps of 10 µs up to 60 s; what is later counts as that. */
enum { step_ns = 10000, steps = 6000000 };

struct message {
  uint64_t at;
  /** A bit a seat, while somebody does not have it. */
  uint8_t *seen;
  uint32_t room, left;
};

static struct message *messages;
static uint32_t count, room_for, first;
static uint64_t incomplete, expected, deliveries, doubled, longest;
static uint32_t *times;

void audit_begin(void) {
  if (!times) times = allocate(NULL, steps * sizeof *times);
  memset(times, 0, steps * sizeof *times);
  first = count;
  expected = deliveries = doubled = longest = 0;
}

uint32_t audit_send(uint32_t room, uint32_t seats, int64_t own, uint64_t now) {
  if (count == room_for) {
    room_for = room_for ? room_for * 2 : 1024;
    messages = allocate(messages, (uint64_t)room_for * sizeof *messages);
  }
  uint8_t *seen = calloc(1, seats / 8 + 1);
  if (!seen) fail("out of memory");
  if (own >= 0) seen[own / 8] = (uint8_t)(1u << (own % 8));
  const uint32_t readers = seats - (own >= 0);
  messages[count] = (struct message){.at = now, .seen = seen, .room = room, .left = readers};
  expected += readers;
  incomplete++;
  return count++;
}

int audit_receive(uint32_t number, uint32_t room, uint32_t seat, uint64_t now) {
  struct message *message = number < count ? &messages[number] : NULL;
  const uint8_t bit = (uint8_t)(1u << (seat % 8));
  if (!message || message->room != room || !message->seen || (message->seen[seat / 8] & bit)) {
    doubled++;
    return 0;
  }
  message->seen[seat / 8] |= bit;
  /* What came late, of a count before this one, was missing there. */
  if (number >= first) {
    deliveries++;
    const uint64_t took = now - message->at;
    if (took > longest) longest = took;
    times[took / step_ns < steps ? took / step_ns : steps - 1]++;
  }
  if (--message->left > 0) return 0;
  free(message->seen);
  message->seen = NULL;
  incomplete--;
  return 1;
}

uint64_t audit_incomplete(void) { return incomplete; }

static double quantile(double share) {
  const uint64_t rank = (uint64_t)(share * (double)deliveries);
  uint64_t passed = 0;
  for (uint32_t step = 0; step < steps; step++) {
    passed += times[step];
    if (passed > rank || (passed == deliveries && passed > 0)) return (step + 1) * (step_ns / 1e6);
  }
  return 0;
}

struct verdict audit_verdict(void) {
  return (struct verdict){
      .messages = count - first,
      .deliveries = deliveries,
      .missing = expected - deliveries,
      .doubled = doubled,
      .p50 = quantile(0.5),
      .p99 = quantile(0.99),
      .max = (double)longest / 1e6,
  };
}
