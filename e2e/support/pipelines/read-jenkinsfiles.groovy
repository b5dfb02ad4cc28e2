// Prints what Jenkinsfiles say as JSON, without knowing any of their words: each call with its arguments and what is in its braces.
// groovy read-jenkinsfiles.groovy (path [NAME=value]...)...: values of variables that the file before them puts into texts.
import groovy.json.JsonOutput

class Recorder {
    final List calls = []
    final Map variables

    Recorder(Map variables) { this.variables = variables }

    def methodMissing(String name, args) {
        def call = [name: name, args: args.findAll { !(it instanceof Closure) }.collect { plain(it) }]
        def body = args.find { it instanceof Closure }
        if (body != null) {
            def inner = new Recorder(variables)
            body.delegate = inner
            body.resolveStrategy = Closure.DELEGATE_ONLY
            body.call()
            call.body = inner.calls
        }
        calls << call
        call
    }

    // A word alone, such as the agent `none`.
    def propertyMissing(String name) { variables[name] ?: name }

    // What is assigned was recorded as a call just before.
    void propertyMissing(String name, value) {
        calls.removeAll { it.is(value) }
        calls << [name: name, value: value]
    }

    private static plain(value) {
        if (value instanceof Map) return value.collectEntries { name, inner -> [name, plain(inner)] }
        if (value instanceof List) return value.collect { plain(it) }
        value instanceof GString ? value.toString() : value
    }
}

def files = []
args.each {
    def (word, value) = it.split('=', 2) as List
    if (value == null) files << [path: word, variables: [:]]
    else files.last().variables[word] = value
}
println JsonOutput.toJson(files.collect { file ->
    def recorder = new Recorder(file.variables)
    def script = new GroovyShell().parse(new File(file.path))
    script.metaClass.methodMissing = { String name, words -> recorder.methodMissing(name, words) }
    script.run()
    recorder.calls
})
