import type { Teller } from "./state/alerts.ts";

/** Whether the browser shows notifications of this page: `never` without TLS, but on the machine itself. */
type Permission = "granted" | "denied" | "never";

const isEver = () => "Notification" in window && window.isSecureContext;
const permissionOf = (answer: NotificationPermission): Permission => (answer === "granted" ? "granted" : "denied");

export const notificationPermission = (): Permission => (isEver() ? permissionOf(Notification.permission) : "never");

/** Asks the reader's leave. Only ever because the reader turned notifications on. */
export const askForNotifications = async (): Promise<Permission> =>
  isEver() ? permissionOf(await Notification.requestPermission()) : "never";

/** The system's notifications and the loudspeaker. */
export const teller: Teller = {
  notify({ title, text, room, onClick }) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    // A later one of the same room takes its place. The page has a sound of its own.
    const look = { body: text, tag: `parlance-${room}`, icon: "/icon-192.png", silent: true };
    try {
      const shown = new Notification(title, look);
      shown.addEventListener("click", () => {
        window.focus();
        onClick();
        shown.close();
      });
    } catch {
      // Chrome on Android shows those of service workers only; a click on one is told to worker/worker.ts.
      void navigator.serviceWorker
        .getRegistration()
        .then((worker) => worker?.showNotification(title, { ...look, data: { room } }));
    }
  },
  chime() {
    void import("./chime.ts").then(({ chime }) => chime());
  },
};
