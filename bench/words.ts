/** What is said after a message's number: with it 98 characters, about what people write. */
export const words = "Shall we meet at six by the river? I will bring the map, if you bring something to eat.";
