package io.github.qos4j.boot.aot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.Type;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * What a class looks up in the JDK, read from its byte code: each type, field and method
 * whose name it gives to {@code Class.forName}, to a {@code Lookup}, or to a method that
 * passes these on.
 */
final class JdkLookups extends ClassVisitor {

	private static final Set<String> PASSED_ON = Set.of("getter");

	private final Class<?> source;

	private final Set<String> types = new LinkedHashSet<>();

	private final Set<Member> members = new LinkedHashSet<>();

	private JdkLookups(Class<?> source) {
		super(Opcodes.ASM9);
		this.source = source;
	}

	static JdkLookups of(Class<?> source) {
		JdkLookups lookups = new JdkLookups(source);
		try (InputStream stream = source.getResourceAsStream(ClassUtils.getClassFileName(source))) {
			new ClassReader(stream).accept(lookups, ClassReader.SKIP_DEBUG);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return lookups;
	}

	Set<String> types() {
		return this.types;
	}

	Set<Member> members() {
		return this.members;
	}

	@Override
	public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
			String[] exceptions) {
		return new Calls();
	}

	/**
	 * A field or a method of a class.
	 */
	record Member(Class<?> owner, String name) {

	}

	/**
	 * Notes the constants since the last call, which are the arguments of the next one.
	 */
	private final class Calls extends MethodVisitor {

		private final List<Class<?>> classes = new ArrayList<>();

		private final List<String> texts = new ArrayList<>();

		private final Map<Integer, Class<?>> variables = new HashMap<>();

		private Class<?> found;

		private Calls() {
			super(Opcodes.ASM9);
		}

		@Override
		public void visitLdcInsn(Object value) {
			if (value instanceof String text) {
				this.texts.add(text);
			}
			else if (value instanceof Type type) {
				this.classes.add(load(type.getClassName()));
			}
		}

		@Override
		public void visitVarInsn(int opcode, int variable) {
			if (opcode == Opcodes.ASTORE && this.found != null) {
				this.variables.put(variable, this.found);
				this.found = null;
			}
			else if (opcode == Opcodes.ALOAD && this.variables.containsKey(variable)) {
				this.classes.add(this.variables.get(variable));
			}
		}

		@Override
		public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
			if (opcode == Opcodes.GETSTATIC && "Ljava/lang/Class;".equals(descriptor)) {
				// The constants TYPE of the wrappers are arguments of no interest.
				if (owner.startsWith("io/github/qos4j/")) {
					this.classes.add(constant(load(Type.getObjectType(owner).getClassName()), name));
				}
			}
			else if (opcode == Opcodes.PUTSTATIC) {
				forget();
			}
		}

		@Override
		public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
			if ("java/lang/Class".equals(owner) && "forName".equals(name)) {
				JdkLookups.this.types.addAll(this.texts);
				this.found = load(this.texts.get(0));
			}
			else if (("java/lang/invoke/MethodHandles$Lookup".equals(owner) || PASSED_ON.contains(name))
					&& !this.texts.isEmpty()) {
				JdkLookups.this.members.add(new Member(this.classes.get(0), this.texts.get(0)));
			}
			else if ("java/lang/invoke/MethodType".equals(owner)) {
				// An argument of what follows.
				return;
			}
			forget();
		}

		private void forget() {
			this.classes.clear();
			this.texts.clear();
		}

		private Class<?> constant(Class<?> owner, String name) {
			try {
				Field field = owner.getDeclaredField(name);
				ReflectionUtils.makeAccessible(field);
				return (Class<?>) field.get(null);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException(JdkLookups.this.source.getName(), ex);
			}
		}

		private static Class<?> load(String name) {
			return ClassUtils.resolveClassName(name, JdkLookups.class.getClassLoader());
		}

	}

}
