"""The usual chat server on Python's websockets: one JSON text, gathered sends; nothing stored, nothing acknowledged.

Asked on standard input, a line a question: entrance, usage. It ends with its input.
"""

import asyncio
import collections
import datetime
import json
import os
import resource
import sys

import websockets

rooms = collections.defaultdict(set)
people = 0
seq = 0


async def chat(websocket, path):
    global people, seq
    room = path[1:]
    members = rooms[room]
    members.add(websocket)
    user = {"id": f"u_{people:020}", "name": f"user_{people:08}"}
    people += 1
    try:
        async for data in websocket:
            said = json.loads(data)
            seq += 1
            ts = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
            message = {"type": "message", "room": room, "seq": seq, "id": said["id"], "user": user,
                       "text": said["text"], "ts": ts.replace("+00:00", "Z")}
            frame = json.dumps(message, separators=(",", ":"))
            await asyncio.gather(*(member.send(frame) for member in members), return_exceptions=True)
    except websockets.ConnectionClosed:
        pass
    finally:
        members.discard(websocket)


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/statm") as statm:
        resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    return {"cpuMicros": round((used.ru_utime + used.ru_stime) * 1e6), "residentBytes": resident, "commits": 0}


async def main():
    loop = asyncio.get_running_loop()
    questions = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    server = await websockets.serve(chat, "127.0.0.1", 0, backlog=4096)
    entrance = {
        "way": "websocket",
        "port": server.sockets[0].getsockname()[1],
        "path": "/{room}",
        "says": '{"id":"{number}-bench-message","text":"{text}"}',
        "readsOwn": True,
    }
    while question := await questions.readline():
        value = usage() if question.strip() == b"usage" else entrance
        print(json.dumps({"ok": True, "value": value}), flush=True)
    # Closing a thousand lines in order is no part of what is measured.
    os._exit(0)


asyncio.run(main())
