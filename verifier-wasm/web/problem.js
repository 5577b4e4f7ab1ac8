/** Something that ended the check without saying anything about the log. After a fatal one its worker is of no more use. */
export class Problem extends Error {
  constructor(text, status, fatal = false) {
    super(text);
    this.status = status;
    this.fatal = fatal;
  }
}
