// What imports of files that are no code give.
declare module '*.graphql' {
  /** The document's id in a build, its text in development. */
  const document: string;
  export default document;
}
