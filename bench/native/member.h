/* A client on a raw socket: a WebSocket, lines over TCP, or a stream of server-sent events. */
#ifndef MEMBER_H
#define MEMBER_H

#include <stdint.h>

enum way { way_websocket, way_lines, way_events };

/** How a crowd of members gets in and speaks. In every text, `{room}` stands for the room's name. */
struct entrance {
  enum way way;
  uint16_t port;
  char *path;
  /** What asks to be let in, and what stands in the answer; empty where connecting is enough. */
  char *join, *answered_by;
  /** How something is said: `{number}` and `{text}` stand for the message's; empty for who only reads. */
  char *send;
  int reads_own;
};

struct member {
  const struct entrance *entrance;
  int fd;
  enum { connecting, greeting, entering, in_room, gone } state;
  uint32_t room, seat;
  /** The beginning of what has not come as a whole yet. */
  char *rest;
  uint32_t rest_length, rest_room;
  /** What the socket did not take yet. */
  char *unsent;
  uint32_t unsent_length;
};

/** Told of what members read; implemented by who uses this. */
void on_entered(struct member *member);
/** A message's number was read at this moment. */
void on_message(struct member *member, uint32_t number, uint64_t now);
/** Its line ended, or it was not let in. */
void on_gone(struct member *member, const char *why);

/** Where sockets are watched, each with its member: an epoll. */
extern int poll_fd;
/** Bytes that all members read so far. */
extern uint64_t bytes_read;

/** Begins to connect, to 127.0.0.1. */
void member_connect(struct member *member);
/** Its socket can be read or written; `room_name` as before. */
void member_step(struct member *member, uint32_t events, const char *room_name);
/** Says something; `number` is the message's, `words` what stands after it. */
void member_say(struct member *member, uint32_t number, const char *words, const char *room_name);
/** A template with its places filled in, for the caller to free. */
char *fill(const char *form, const char *room, uint32_t number, const char *text);

#endif
