#define _GNU_SOURCE
#include "member.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process.h"

enum { read_size = 256 * 1024, longest_rest = 1024 * 1024, digits = 8 };
enum { text_frame = 0x81, close_frame = 0x88, ping_frame = 0x89, pong_frame = 0x8a };

uint64_t bytes_read;

/* One for all: what is read is looked at before anything else is. */
static char shared[longest_rest + read_size + 1];

static void lose(struct member *member, const char *why) {
  if (member->state == gone) return;
  close(member->fd);
  free(member->rest);
  free(member->unsent);
  member->rest = member->unsent = NULL;
  on_gone(member, why);
  member->state = gone;
}

static void watch(struct member *member, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = member};
  if (epoll_ctl(poll_fd, operation, member->fd, &event) < 0) fail("epoll_ctl: %s", strerror(errno));
}

static void put(struct member *member, const char *bytes, uint32_t length) {
  if (member->state == gone) return;
  ssize_t sent = 0;
  if (member->unsent_length == 0) sent = send(member->fd, bytes, length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return lose(member, strerror(errno));
  if (sent < 0) sent = 0;
  if ((uint32_t)sent == length) return;
  if (member->unsent_length == 0) watch(member, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  const uint32_t left = length - (uint32_t)sent;
  member->unsent = allocate(member->unsent, member->unsent_length + left);
  memcpy(member->unsent + member->unsent_length, bytes + sent, left);
  member->unsent_length += left;
}

static void put_unsent(struct member *member) {
  const ssize_t sent = send(member->fd, member->unsent, member->unsent_length, MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN ? (void)0 : lose(member, strerror(errno));
  member->unsent_length -= (uint32_t)sent;
  memmove(member->unsent, member->unsent + sent, member->unsent_length);
  if (member->unsent_length == 0) watch(member, EPOLL_CTL_MOD, EPOLLIN);
}

/* A client's frame, masked with zeros, which leave it as it is. RFC 6455 §5.3 */
static void put_frame(struct member *member, unsigned kind, const char *payload, uint32_t length) {
  if (length > 0xffff) return lose(member, "has too much to say");
  char *frame = allocate(NULL, length + 8);
  uint32_t at = 0;
  frame[at++] = (char)kind;
  frame[at++] = (char)(0x80 | (length < 126 ? length : 126));
  if (length >= 126) {
    frame[at++] = (char)(length >> 8);
    frame[at++] = (char)length;
  }
  memset(frame + at, 0, 4);
  memcpy(frame + at + 4, payload, length);
  put(member, frame, at + 4 + length);
  free(frame);
}

/** Writes `text` as this way in has it: as a frame, or as a line. */
static void put_text(struct member *member, char *text) {
  const uint32_t length = (uint32_t)strlen(text);
  if (member->entrance->way == way_websocket) return put_frame(member, text_frame, text, length);
  text[length] = '\n';
  put(member, text, length + 1);
}

char *fill(const char *form, const char *room, uint32_t number, const char *text) {
  char number_text[16];
  snprintf(number_text, sizeof number_text, "%0*u", digits, number);
  const struct { const char *place, *value; } places[] = {{"{room}", room}, {"{number}", number_text}, {"{text}", text}};
  char *filled = allocate(NULL, 3 * strlen(form) + 3 * strlen(room) + 64 + strlen(text));
  char *at = filled;
  while (*form) {
    unsigned index = 0;
    while (index < 3 && strncmp(form, places[index].place, strlen(places[index].place)) != 0) index++;
    if (index == 3) {
      *at++ = *form++;
      continue;
    }
    at = stpcpy(at, places[index].value);
    form += strlen(places[index].place);
  }
  *at = 0;
  return filled;
}

void member_say(struct member *member, uint32_t number, const char *words, const char *room_name) {
  char text[512];
  snprintf(text, sizeof text, "#%0*u %s", digits, number, words);
  char *filled = fill(member->entrance->send, room_name, number, text);
  put_text(member, filled);
  free(filled);
}

void member_connect(struct member *member) {
  member->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (member->fd < 0) fail("socket: %s", strerror(errno));
  const int on = 1;
  setsockopt(member->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(member->entrance->port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  member->state = connecting;
  if (connect(member->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
    return lose(member, strerror(errno));
  watch(member, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void ask_in(struct member *member, const char *room_name) {
  member->state = entering;
  if (member->entrance->join[0]) {
    char *join = fill(member->entrance->join, room_name, 0, "");
    put_text(member, join);
    free(join);
  }
  if (member->entrance->answered_by[0] || member->state == gone) return;
  member->state = in_room;
  on_entered(member);
}

static void greet(struct member *member, const char *room_name) {
  watch(member, EPOLL_CTL_MOD, EPOLLIN);
  if (member->entrance->way == way_lines) return ask_in(member, room_name);
  char *path = fill(member->entrance->path, room_name, 0, "");
  char request[1024];
  const char *upgrade = member->entrance->way == way_websocket
                            ? "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                            : "";
  const int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path,
                              member->entrance->port, upgrade);
  free(path);
  member->state = greeting;
  put(member, request, (uint32_t)length);
}

/** Where what follows the answer's head begins; 0 while it has not come to its end. */
static uint32_t take_greeting(struct member *member, const char *bytes, uint32_t length, const char *room_name) {
  const char *blank = memmem(bytes, length, "\r\n\r\n", 4);
  if (!blank) return 0;
  const char *wanted = member->entrance->way == way_websocket ? "HTTP/1.1 101 " : "HTTP/1.1 200 ";
  if (strncmp(bytes, wanted, strlen(wanted)) != 0) {
    char status[64];
    snprintf(status, sizeof status, "was refused with %.12s", bytes);
    lose(member, status);
    return length;
  }
  ask_in(member, room_name);
  return (uint32_t)(blank - bytes) + 4;
}

/** A frame's text, or a line. */
static void take_text(struct member *member, const char *text, uint32_t length, uint64_t now) {
  if (member->state == entering) {
    const char *expected = member->entrance->answered_by;
    if (!memmem(text, length, expected, strlen(expected))) return;
    member->state = in_room;
    return on_entered(member);
  }
  const char *mark = memchr(text, '#', length);
  if (!mark) {
    /* Engine.IO has its own heartbeat. https://socket.io/docs/v4/engine-io-protocol/#heartbeat */
    if (length == 1 && text[0] == '2') put_frame(member, text_frame, "3", 1);
    return;
  }
  if (mark + digits >= text + length) return;
  uint32_t number = 0;
  for (unsigned digit = 1; digit <= digits; digit++) number = number * 10 + (uint32_t)(mark[digit] - '0');
  on_message(member, number, now);
}

/** Takes every whole line; where the rest begins. */
static uint32_t take_lines(struct member *member, const char *bytes, uint32_t length, uint64_t now) {
  uint32_t at = 0;
  const char *end;
  while (member->state != gone && (end = memchr(bytes + at, '\n', length - at))) {
    take_text(member, bytes + at, (uint32_t)(end - bytes) - at, now);
    at = (uint32_t)(end - bytes) + 1;
  }
  return at;
}

/** Takes every whole frame; where the rest begins. */
static uint32_t take_frames(struct member *member, const char *bytes, uint32_t length, uint64_t now) {
  const unsigned char *octets = (const unsigned char *)bytes;
  uint32_t at = 0;
  while (member->state != gone && at + 2 <= length) {
    const uint32_t brief = octets[at + 1];
    uint64_t size = brief;
    uint32_t payload = at + 2;
    if (brief >= 126) payload += brief == 126 ? 2 : 8;
    if (payload > length) break;
    if (brief >= 126) {
      size = 0;
      for (uint32_t octet = at + 2; octet < payload; octet++) size = size << 8 | octets[octet];
    }
    if (size > longest_rest) {
      lose(member, "was sent a frame that is too long");
      break;
    }
    if (payload + size > length) break;
    if (octets[at] == text_frame) take_text(member, bytes + payload, (uint32_t)size, now);
    if (octets[at] == ping_frame) put_frame(member, pong_frame, bytes + payload, (uint32_t)size);
    if (octets[at] == close_frame) lose(member, "was closed by the server");
    at = payload + (uint32_t)size;
  }
  return at;
}

static void take(struct member *member, const char *room_name) {
  const uint32_t before = member->rest_length;
  if (before > 0) memcpy(shared, member->rest, before);
  const ssize_t got = recv(member->fd, shared + before, read_size, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return lose(member, got == 0 ? "was cut off" : strerror(errno));
  const uint64_t now = now_ns();
  bytes_read += (uint64_t)got;
  const uint32_t length = before + (uint32_t)got;
  uint32_t at = 0;
  shared[length] = 0;
  if (member->state == greeting) at = take_greeting(member, shared, length, room_name);
  if (member->state != greeting && member->state != gone)
    at += (member->entrance->way == way_websocket ? take_frames : take_lines)(member, shared + at, length - at, now);
  if (member->state == gone) return;
  member->rest_length = length - at;
  if (member->rest_length > longest_rest) return lose(member, "was sent something too long");
  if (member->rest_length > member->rest_room) {
    member->rest_room = member->rest_length * 2;
    member->rest = allocate(member->rest, member->rest_room);
  }
  if (member->rest_length > 0) memcpy(member->rest, shared + at, member->rest_length);
}

void member_step(struct member *member, uint32_t events, const char *room_name) {
  if (member->state == connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(member->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) return lose(member, strerror(error));
    return greet(member, room_name);
  }
  if ((events & EPOLLOUT) && member->unsent_length > 0) put_unsent(member);
  if ((events & ~(uint32_t)EPOLLOUT) && member->state != gone) take(member, room_name);
}
