// What stands beside a conversation, or before it: a phone that opens one shows none of it at first.
import "./styles/beside.css";

export { Entrance } from "./entrance/entrance.tsx";
export { Members } from "./members/members.tsx";
export { Drawer } from "./parts/drawer.tsx";
export { Rooms } from "./rooms/rooms.tsx";
