import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { defaultRoom } from "../../protocol/names.ts";
import { Brand } from "../parts/brand.tsx";
import { lazily } from "../parts/lazily.tsx";
import { Looks } from "../parts/looks.tsx";
import { Problem } from "../parts/problem.tsx";
import { usePage, useSay } from "../state/page.ts";

const LoginDialog = lazily(async () => (await import("../account/account-dialog.tsx")).LoginDialog);

/** The way in: a name, a room, one button. */
export function Entrance() {
  const say = useSay();
  const { identity, route, visit } = usePage();
  const place = route.place.value;
  const name = useSignal(identity.name);
  const room = useSignal(place.at === "room" ? place.room : defaultRoom);
  const nameInput = useRef<HTMLInputElement>(null);
  const isLogin = useSignal(false);
  const roomInput = useRef<HTMLInputElement>(null);
  const obstacle = visit.obstacle.value;
  const isAtDoor = visit.stage.value.at === "door";

  useEffect(() => {
    // A phone's keyboard would cover the card before anybody has seen it.
    if (matchMedia("(pointer: fine)").matches) nameInput.current?.focus();
  }, []);
  useEffect(() => {
    if (obstacle?.field === "name") nameInput.current?.focus();
    if (obstacle?.field === "room") roomInput.current?.focus();
  }, [obstacle]);

  const enter = () => visit.enter(name.peek(), room.peek());
  return (
    <main class="entrance">
      <div class="sky" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </div>
      <div class="card">
        <h1 class="card-title">
          <Brand />
        </h1>
        <p class="card-tagline">{say("app.tagline")}</p>
        <form
          aria-label={say("entrance.label")}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            enter();
          }}
        >
          <div class="field">
            <label class="field-label" for="entrance-name">
              {say("entrance.name")}
            </label>
            <input
              id="entrance-name"
              ref={nameInput}
              dir="auto"
              autocomplete="nickname"
              autocapitalize="words"
              spellcheck={false}
              maxLength={64}
              enterkeyhint="go"
              value={name}
              placeholder={say("entrance.name_hint")}
              aria-invalid={obstacle?.field === "name"}
              aria-describedby="entrance-name-problem"
              onInput={({ currentTarget }) => {
                name.value = currentTarget.value;
              }}
            />
            <Problem
              id="entrance-name-problem"
              words={obstacle?.field === "name" ? (obstacle.message ?? say("entrance.bad_name")) : undefined}
              suggestion={obstacle?.suggestion}
              onTake={(suggestion) => {
                name.value = suggestion;
                enter();
              }}
              onMine={() => {
                isLogin.value = true;
              }}
            />
          </div>
          <div class="field">
            <label class="field-label" for="entrance-room">
              {say("entrance.room")}
            </label>
            <span class="room-input">
              <input
                id="entrance-room"
                ref={roomInput}
                dir="auto"
                autocomplete="off"
                autocapitalize="none"
                spellcheck={false}
                enterkeyhint="go"
                value={room}
                aria-invalid={obstacle?.field === "room"}
                aria-describedby="entrance-room-problem"
                onInput={({ currentTarget }) => {
                  room.value = currentTarget.value;
                }}
              />
            </span>
            <Problem
              id="entrance-room-problem"
              words={obstacle?.field === "room" ? (obstacle.message ?? say("entrance.bad_room")) : undefined}
            />
          </div>
          <button type="submit" class="primary" aria-busy={isAtDoor}>
            {say(isAtDoor ? "entrance.entering" : name.value.trim() ? "entrance.enter" : "entrance.enter_nameless")}
          </button>
          <p class="card-line" role="status">
            {obstacle?.field === "line" && (obstacle.message ?? say("entrance.unreachable"))}
            {obstacle?.field === "session" && say("account.ended")}
          </p>
        </form>
        <Looks />
        {isLogin.value && (
          <LoginDialog
            name={name.peek().trim()}
            onLogin={(owned, passphrase) => visit.login(owned, passphrase, room.peek())}
            onClose={() => {
              isLogin.value = false;
            }}
          />
        )}
      </div>
    </main>
  );
}
