/*
 * The load: members on raw sockets that say things and account for every delivery. One thread, one epoll, so that it
 * costs little beside the server that is measured. Asked on standard input, a line a question, fields between tabs:
 *
 *   enter way port path join answered_by send reads_own members rooms at_a_time
 *   run open rate seconds | run saturated outstanding seconds
 *   usage
 *
 * It ends with its input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "audit.h"
#include "member.h"
#include "process.h"

enum { most_fields = 12, batch = 64, most_rooms = 10000 };
static const uint64_t second = 1000000000, milli = 1000000;
static const uint64_t look_every = milli / 4;
/** How long to wait for deliveries that do not come, and then for any that come twice. */
static const uint64_t patience = 10 * second, afterwards = 250 * milli;
static const uint64_t entering_patience = 60 * second;

static struct member **members;
static uint32_t member_count, entered, lost, next_sender;
static int only_one_room;
static uint32_t seats[most_rooms];
static const char *refusal;
static const char *words;
/** While saturated: each message that everybody has is followed by the next. */
static int refilling;

int poll_fd;
static struct lines input;
static char *question;

static const char *room_name(uint32_t room) {
  static char name[32];
  if (only_one_room) return "general";
  snprintf(name, sizeof name, "room-%u", room);
  return name;
}

/** Says one thing, by the next in turn who can. */
static void say(void) {
  struct member *member;
  do member = members[next_sender++ % member_count];
  while (!member->entrance->send[0]);
  const int64_t own = member->entrance->reads_own ? (int64_t)-1 : (int64_t)member->seat;
  const uint32_t number = audit_send(member->room, seats[member->room], own, now_ns());
  member_say(member, number, words, room_name(member->room));
}

void on_entered(struct member *member) {
  (void)member;
  entered++;
}

void on_message(struct member *member, uint32_t number, uint64_t now) {
  if (audit_receive(number, member->room, member->seat, now) && refilling) say();
}

void on_gone(struct member *member, const char *why) {
  if (member->state != in_room) {
    refusal = "a member was not let in: see standard error";
    fprintf(stderr, "member %u of room %u was not let in: it %s\n", member->seat, member->room, why);
    return;
  }
  if (lost++ < 5) fprintf(stderr, "member %u of room %u %s\n", member->seat, member->room, why);
}

/**
 * Does what there is to do; where there is nothing, sleeps for `look_every`, or till `until` if that is sooner, or, while
 * no question is open, till there is something. Ends the process with the input.
 *
 * While it measures, it does not wait inside `epoll_wait`: each write of a server would then wake this process, at the
 * server's expense. On loopback that is a fifth of a lone write, and no server whose members are on other machines pays
 * it. A delivery is seen as much as `look_every` late instead, by all subjects alike.
 */
static void step(uint64_t until) {
  struct epoll_event events[batch];
  const int count = epoll_wait(poll_fd, events, batch, question ? 0 : -1);
  for (int index = 0; index < count; index++) {
    if (events[index].data.ptr == &input) {
      if (!read_lines(&input)) exit(0);
    } else {
      struct member *member = events[index].data.ptr;
      if (member->state != gone) member_step(member, events[index].events, room_name(member->room));
    }
  }
  if (count != 0) return;
  const uint64_t now = now_ns(), look = now + look_every, wake = until < look ? until : look;
  if (wake > now) nanosleep(&(struct timespec){.tv_nsec = (long)(wake - now)}, NULL);
}

static void enter(char **field) {
  struct entrance *entrance = allocate(NULL, sizeof *entrance);
  *entrance = (struct entrance){
      .way = !strcmp(field[1], "lines") ? way_lines : !strcmp(field[1], "events") ? way_events : way_websocket,
      .port = (uint16_t)atoi(field[2]),
      .path = strdup(field[3]),
      .join = strdup(field[4]),
      .answered_by = strdup(field[5]),
      .send = strdup(field[6]),
      .reads_own = !strcmp(field[7], "true"),
  };
  const uint32_t crowd = (uint32_t)atoi(field[8]), rooms = (uint32_t)atoi(field[9]), at_a_time = (uint32_t)atoi(field[10]);
  if (rooms < 1 || rooms > most_rooms) return answer_error("so many rooms there are not");
  only_one_room = rooms == 1;
  const uint64_t begun = now_ns();
  const uint32_t before = entered;
  members = allocate(members, (uint64_t)(member_count + crowd) * sizeof *members);
  for (uint32_t begun_to = 0; entered - before < crowd && !refusal;) {
    for (; begun_to < crowd && begun_to - (entered - before) < at_a_time && !refusal; begun_to++) {
      struct member *member = allocate(NULL, sizeof *member);
      *member = (struct member){.entrance = entrance, .room = begun_to % rooms};
      member->seat = seats[member->room]++;
      members[member_count++] = member;
      member_connect(member);
    }
    if (now_ns() - begun > entering_patience) refusal = "not everybody was let in within 60 s";
    step(now_ns() + second);
  }
  if (refusal) return answer_error(refusal);
  answer("%.3f", (double)(now_ns() - begun) / 1e6);
}

/** Says things by the timetable; how late the latest was. */
static uint64_t say_openly(double rate, double seconds) {
  const uint64_t begun = now_ns();
  uint64_t late = 0;
  for (uint64_t said = 0; (double)said < rate * seconds; said++) {
    const uint64_t due = begun + (uint64_t)((double)said * 1e9 / rate);
    uint64_t now;
    do step(due);
    while ((now = now_ns()) < due);
    if (now - due > late) late = now - due;
    say();
  }
  return late;
}

static void say_saturating(uint32_t outstanding, double seconds) {
  const uint64_t until = now_ns() + (uint64_t)(seconds * 1e9);
  refilling = 1;
  for (uint32_t said = 0; said < outstanding; said++) say();
  while (now_ns() < until) step(until);
  refilling = 0;
}

static void run(char **field) {
  if (member_count == 0) return answer_error("nobody is there");
  audit_begin();
  const uint64_t bytes_before = bytes_read, begun = now_ns();
  uint64_t late = 0;
  if (!strcmp(field[1], "open")) late = say_openly(atof(field[2]), atof(field[3]));
  else say_saturating((uint32_t)atoi(field[2]), atof(field[3]));
  const uint64_t said_all = now_ns();
  while (audit_incomplete() > 0 && now_ns() - said_all < patience) step(said_all + patience);
  const uint64_t ended = now_ns();
  while (now_ns() - ended < afterwards) step(ended + afterwards);
  const struct verdict verdict = audit_verdict();
  answer("{\"messages\":%llu,\"deliveries\":%llu,\"missing\":%llu,\"doubled\":%llu,\"lost\":%u,\"bytes\":%llu,"
         "\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f,\"ms\":%.3f,\"late\":%.3f}",
         (unsigned long long)verdict.messages, (unsigned long long)verdict.deliveries,
         (unsigned long long)verdict.missing, (unsigned long long)verdict.doubled, lost,
         (unsigned long long)(bytes_read - bytes_before), verdict.p50, verdict.p99, verdict.max,
         (double)(ended - begun) / 1e6, (double)late / 1e6);
}

static void watch(int fd, void *what) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
  if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl: %s", strerror(errno));
}

int main(int count, char **arguments) {
  if (count != 2) fail("usage: load WORDS");
  words = arguments[1];
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (poll_fd < 0) fail("epoll: %s", strerror(errno));
  watch(STDIN_FILENO, &input);
  for (;;) {
    question = take_line(&input);
    if (!question) {
      step(0);
      continue;
    }
    char *field[most_fields] = {question}, *rest = question;
    unsigned fields = 0;
    while (fields < most_fields && rest) field[fields++] = strsep(&rest, "\t");
    if (!strcmp(field[0], "enter") && fields == 11) enter(field);
    else if (!strcmp(field[0], "run") && fields == 4) run(field);
    else if (!strcmp(field[0], "usage")) answer_usage();
    else answer_error("no such question");
    free(question);
  }
}
