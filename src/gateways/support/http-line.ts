/** Whether somebody begins as HTTP does: a browser can be made to send a request to any port. [D5] */
export const readsLikeHttp = (line: string): boolean => /^[A-Z]+ \S+ HTTP\/\d/.test(line);
