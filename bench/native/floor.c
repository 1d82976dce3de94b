/*
 * What a chat server could cost at the least: WebSocket rooms on one epoll, nothing stored, nothing acknowledged, and
 * no more of either protocol than the load beside it speaks. `floor each` writes every message to every member;
 * `floor turn` gathers what one turn of the loop has for a room, and writes that to every member.
 * Asked on standard input, a line a question: entrance, usage. It ends with its input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "process.h"

enum { batch = 1024, most_rooms = 10000, longest = 64 * 1024 };

struct bytes {
  char *at;
  uint64_t length, room;
};

struct client {
  int fd, greeted;
  struct room *room;
  uint32_t number;
  struct bytes rest, unsent;
};

struct room {
  char name[64];
  struct client **clients;
  uint32_t count, seq;
  /** What this turn has for everybody. */
  struct bytes turn;
};

static struct room rooms[most_rooms];
static uint32_t room_count, people;
static int poll_fd, gathers;

static void append(struct bytes *bytes, const void *more, uint64_t length) {
  if (bytes->length + length > bytes->room) {
    bytes->room = (bytes->length + length) * 2;
    bytes->at = allocate(bytes->at, bytes->room);
  }
  memcpy(bytes->at + bytes->length, more, length);
  bytes->length += length;
}

static void watch(int operation, int fd, void *what, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = what};
  if (epoll_ctl(poll_fd, operation, fd, &event) < 0) fail("epoll_ctl: %s", strerror(errno));
}

static void put(struct client *client, const char *bytes, uint64_t length) {
  ssize_t sent = 0;
  if (client->unsent.length == 0) sent = send(client->fd, bytes, length, MSG_NOSIGNAL);
  if (sent < 0) sent = 0; /* Full, or gone: the reading finds out which. */
  if ((uint64_t)sent == length) return;
  if (client->unsent.length == 0) watch(EPOLL_CTL_MOD, client->fd, client, EPOLLIN | EPOLLOUT);
  append(&client->unsent, bytes + sent, length - (uint64_t)sent);
}

static void put_unsent(struct client *client) {
  const ssize_t sent = send(client->fd, client->unsent.at, client->unsent.length, MSG_NOSIGNAL);
  if (sent <= 0) return;
  client->unsent.length -= (uint64_t)sent;
  memmove(client->unsent.at, client->unsent.at + sent, client->unsent.length);
  if (client->unsent.length == 0) watch(EPOLL_CTL_MOD, client->fd, client, EPOLLIN);
}

static void drop(struct client *client) {
  if (client->room) {
    for (uint32_t index = 0; index < client->room->count; index++)
      if (client->room->clients[index] == client) client->room->clients[index] = client->room->clients[--client->room->count];
  }
  close(client->fd);
  free(client->rest.at);
  free(client->unsent.at);
  free(client);
}

/** A text field's value as it stands in the JSON, with its length. */
static const char *field(const char *json, uint64_t length, const char *before, int *size) {
  const char *found = memmem(json, length, before, strlen(before));
  if (!found) return NULL;
  found += strlen(before);
  const char *end = memchr(found, '"', length - (uint64_t)(found - json));
  *size = end ? (int)(end - found) : 0;
  return end ? found : NULL;
}

/** What a member said becomes a frame that carries what Parlance's carries. */
static void take_message(struct client *client, const char *json, uint64_t length) {
  int id_size, text_size;
  const char *id = field(json, length, "\"id\":\"", &id_size), *text = field(json, length, "\"text\":\"", &text_size);
  if (!id || !text) return;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  struct tm utc;
  gmtime_r(&now.tv_sec, &utc);
  char ts[32], frame[4096];
  strftime(ts, sizeof ts, "%Y-%m-%dT%H:%M:%S", &utc);
  struct room *room = client->room;
  const int size = snprintf(frame + 4, sizeof frame - 4,
                            "{\"type\":\"message\",\"room\":\"%s\",\"seq\":%u,\"id\":\"%.*s\",\"user\":{\"id\":\"u_%020u\","
                            "\"name\":\"user_%08u\"},\"text\":\"%.*s\",\"ts\":\"%s.%03ldZ\"}",
                            room->name, ++room->seq, id_size, id, client->number, client->number, text_size, text, ts,
                            now.tv_nsec / 1000000);
  if (size < 0 || size >= (int)sizeof frame - 4) fail("a message is too long");
  char *start = frame + (size < 126 ? 2 : 0);
  start[0] = (char)0x81;
  start[1] = (char)(size < 126 ? size : 126);
  if (size >= 126) {
    start[2] = (char)(size >> 8);
    start[3] = (char)size;
  }
  const uint64_t whole = (uint64_t)(frame + 4 + size - start);
  if (gathers) return append(&room->turn, start, whole);
  for (uint32_t index = 0; index < room->count; index++) put(room->clients[index], start, whole);
}

/* Where the first frame begins. The load always sends the key of RFC 6455 §1.3, whose answer stands there too. */
static uint64_t take_greeting(struct client *client) {
  const char *blank = memmem(client->rest.at, client->rest.length, "\r\n\r\n", 4);
  if (!blank) return 0;
  char name[64];
  if (sscanf(client->rest.at, "GET /%63[^ ] ", name) != 1) fail("what is asked for is no room");
  uint32_t index = 0;
  while (index < room_count && strcmp(rooms[index].name, name) != 0) index++;
  if (index == most_rooms) fail("too many rooms");
  struct room *room = client->room = &rooms[index];
  if (index == room_count) strcpy(rooms[room_count++].name, name);
  room->clients = allocate(room->clients, (room->count + 1) * sizeof *room->clients);
  room->clients[room->count++] = client;
  client->greeted = 1;
  static const char accepted[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  put(client, accepted, sizeof accepted - 1);
  return (uint64_t)(blank - client->rest.at) + 4;
}

/** Takes every whole frame that begins at or after `at`; where the rest begins. */
static uint64_t take_frames(struct client *client, uint64_t at) {
  unsigned char *octets = (unsigned char *)client->rest.at;
  while (at + 8 <= client->rest.length) {
    uint64_t size = octets[at + 1] & 0x7f, payload = at + 6;
    if (size == 127) fail("a frame is too long");
    if (size == 126) {
      size = (uint64_t)octets[at + 2] << 8 | octets[at + 3];
      payload += 2;
    }
    if (payload + size > client->rest.length) break;
    for (uint64_t index = 0; index < size; index++) octets[payload + index] ^= octets[payload - 4 + index % 4];
    take_message(client, (char *)octets + payload, size);
    at = payload + size;
  }
  return at;
}

static void take(struct client *client) {
  static char shared[longest];
  const ssize_t got = recv(client->fd, shared, sizeof shared, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return drop(client);
  append(&client->rest, shared, (uint64_t)got);
  uint64_t at = client->greeted ? 0 : take_greeting(client);
  if (client->greeted) at = take_frames(client, at);
  client->rest.length -= at;
  memmove(client->rest.at, client->rest.at + at, client->rest.length);
}

static void let_in(int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct client *client = allocate(NULL, sizeof *client);
    *client = (struct client){.fd = fd, .number = people++};
    watch(EPOLL_CTL_ADD, fd, client, EPOLLIN);
  }
}

int main(int count, char **arguments) {
  if (count != 2) fail("usage: floor each|turn");
  gathers = !strcmp(arguments[1], "turn");
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 4096) < 0) fail("listen: %s", strerror(errno));
  getsockname(listener, (struct sockaddr *)&address, &size);
  struct lines input = {0};
  watch(EPOLL_CTL_ADD, listener, &listener, EPOLLIN);
  watch(EPOLL_CTL_ADD, STDIN_FILENO, &input, EPOLLIN);
  for (;;) {
    struct epoll_event events[batch];
    const int ready = epoll_wait(poll_fd, events, batch, -1);
    for (int index = 0; index < ready; index++) {
      void *what = events[index].data.ptr;
      if (what == &input && !read_lines(&input)) return 0;
      if (what == &listener) let_in(listener);
      if (what == &input || what == &listener) continue;
      struct client *client = what;
      if ((events[index].events & EPOLLOUT) && client->unsent.length > 0) put_unsent(client);
      if (events[index].events & ~(uint32_t)EPOLLOUT) take(client);
    }
    for (uint32_t index = 0; index < room_count; index++) {
      struct room *room = &rooms[index];
      for (uint32_t seat = 0; room->turn.length > 0 && seat < room->count; seat++)
        put(room->clients[seat], room->turn.at, room->turn.length);
      room->turn.length = 0;
    }
    for (char *question; (question = take_line(&input)); free(question)) {
      if (!strcmp(question, "usage")) answer_usage();
      else
        answer("{\"way\":\"websocket\",\"port\":%u,\"path\":\"/{room}\",\"readsOwn\":true,\"says\":\"{\\\"id\\\":"
               "\\\"{number}-bench-message\\\",\\\"text\\\":\\\"{text}\\\"}\"}",
               ntohs(address.sin_port));
    }
  }
}
