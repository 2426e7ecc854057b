// GraphiQL works out a moment after a text has changed which operation it holds, and runs it before that if asked to: a
// subscription would then be sent as what the tab before was, and refused. What is sent is told from its own text instead.
import type { Fetcher } from '@graphiql/toolkit';
import { parse, type DocumentNode } from 'graphql';

export function upToDate(fetcher: Fetcher): Fetcher {
  return (params, options) => {
    const documentAST = parsed(params.query);
    if (!documentAST) return fetcher(params, options);
    const names = documentAST.definitions.flatMap((definition) =>
      definition.kind === 'OperationDefinition' && definition.name ? [definition.name.value] : []);
    const operationName = names.length === 1 ? names[0] : params.operationName;
    return fetcher({ ...params, operationName }, { ...options, documentAST });
  };
}

/** Absent where the text has a mistake, which the server will name. */
function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
