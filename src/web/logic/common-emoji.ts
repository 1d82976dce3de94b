/** What people answer each other with most; the system's own picker has the rest, and knows every name. */
export const commonEmoji =
  "😀😄😁😅😂🤣🙂😉😊😇🥰😍😘😋😜🤪🤗🤔🤨😐🙄😏😬😌😴🤤😷🤒🥳😎🤓🧐😕😟😮😳🥺😢😭😱😤😡🤯💀👻🤖🙈🙉🙊👍👎👌✌️🤞🤝👏🙌🙏💪👋🤙👀🧠❤️🧡💛💚💙💜🖤💔✨🔥⭐🎉🎊🎂🎁🏆☕🍵🍺🍕🍜🍰🍎🌶️🌞🌧️❄️🌈🌸🌻🌴🐱🐶🦊🐻🐸🐘🦄🚀🚲🚗✈️🏠💻📱🔋💡🔧📌📎📅⏰✅❌❓❗⚠️💯➕🔒🔑🎵📷";
