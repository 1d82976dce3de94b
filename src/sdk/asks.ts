// One module for all that is loaded on demand: what it has in common is loaded once, and its address is named once.
export { HttpAccount } from "./account.ts";
export { joinDirect, listRooms } from "./lobby.ts";
export { search } from "./search.ts";
