/** Something that ended the check without saying anything about the log. */
export class Problem extends Error {
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}
