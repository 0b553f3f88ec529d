export declare const serverProgram: readonly string[];
export declare const serverEnvironment: (given?: Record<string, string | undefined>) => Record<string, string>;
