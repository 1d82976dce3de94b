import type english from "../en/server.ts";
import type { WordsOf } from "../words.ts";

export default {
  "error.bad_json": "Це не об’єкт JSON. Надсилайте один об’єкт на кадр, наприклад {example}.",
  "error.bad_frame": "Поля «{field}» немає, або воно не таке, як має бути.",
  "error.unknown_type": "Кадру типу «{type}» немає.",
  "error.bad_room": "Назва кімнати складається лише з літер, цифр, «-» та «_», від 1 до 64 знаків.",
  "error.bad_name": "Ім’я має від 1 до 32 знаків, без «:» і невидимих знаків, і не лише цифри.",
  "error.bad_id": "Ідентифікатор має від 16 до 64 знаків: латинські літери, цифри, «-» та «_».",
  "error.bad_text": "Текст не є правильним Юнікодом (UTF-8 без половинок знаків).",
  "error.empty": "Це повідомлення порожнє.",
  "error.too_long": "Повідомлення задовге: щонайбільше {max} знаків.",
  "error.too_large": "Завеликий обсяг: щонайбільше {max} байтів.",
  "error.id_conflict": "У кімнаті вже є інше повідомлення з цим ідентифікатором.",
  "error.name_taken": "Це ім’я зайняте. Вільне: «{suggestion}».",
  "error.not_joined": "Спершу увійдіть до кімнати.",
  "error.no_such_room": "Такої кімнати немає.",
  "error.not_found": "За цією адресою нічого немає.",
  "error.too_many_rooms": "Одночасно можна бути не більш ніж у {max} кімнатах.",
  "error.rate_limited": "Зашвидко. Спробуйте за мить.",
  "error.too_many_connections": "Забагато з’єднань із цієї адреси. Закрийте деякі або спробуйте пізніше.",
  "error.forbidden_host": "Цей сервер не відповідає на ім’я «{host}». Його власник може дозволити: --allow-host {host}",
  "error.forbidden_origin":
    "Сторінкам із {origin} не дозволено користуватися цим сервером. Його власник може дозволити: --allow-origin {origin}",
  "error.local_only": "Це може лише програма на самій машині сервера.",
  "error.unavailable": "Зараз нічого не можна надіслати. Спробуйте за мить.",
  operator: "сервер",
  joined: "{name} тут",
  left: "{name} більше не тут",
  renamed: "{was} тепер {name}",
  own: "Ви сказали: {text}",
  other: "Хтось каже: {text}",
  open: "Користувач: {text}",
  echo: "Сервер відповідає: {text}",
  broadcast: "🟢 Сервер: {text}",
  unknown_command:
    "Команди {command} немає. Є /name, /join та exit; повідомлення, що починається з /, надсилається з //.",
} satisfies WordsOf<"uk", typeof english>;
